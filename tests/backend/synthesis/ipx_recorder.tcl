# Plays Vivado's IP packager for one script and writes down what it asked for.
#
#     tclsh ipx_recorder.tcl SCRIPT RECORD
#
# It refuses commands, options, properties, files and an order of steps that Vivado would refuse
# (UG835, UG1118), and finds the interfaces in the top module's port names as Vivado does. RECORD
# gets one line a fact, words apart by tabs.

lassign $argv script record_file
set record [open $record_file w]
rename unknown {}
proc unknown {args} { error "Vivado has no command [lindex $args 0]" }
proc note {args} { puts $::record [join $args \t] }

set project {}; set sources {}; set top {}; set root {}; set saved 0
array set value {}; set maps {}; set registers {}; set buses {}

proc create_project {args} {
    if {[lindex $args 0] ne "-force" || [lindex $args 3] ne "-part"} { error "create_project $args" }
    set ::project [lindex $args 1]
    note project $::project [lindex $args 4]
}
proc add_files {option files} {
    if {$option ne "-norecurse"} { error "add_files has no option $option" }
    foreach file $files {
        if {![file exists $file]} { error "there is no file $file" }
        lappend ::sources $file
    }
    note files {*}$files
}
proc current_fileset {} { return fileset }
proc update_compile_order {args} { if {$args ne "-fileset sources_1"} { error "update_compile_order $args" } }

set properties {
    core {name version display_name}
    bus {slave_memory_map_ref}
    block {base_address range width usage}
    register {address_offset size description}
    field {bit_offset bit_width}
}
proc set_property {name value target} {
    if {$target eq "fileset" && $name eq "top"} { set ::top $value; note top $value; return }
    set kind [lindex [split $target |] 0]
    if {![dict exists $::properties $kind] || $name ni [dict get $::properties $kind]} {
        error "$target has no property $name"
    }
    set ::value($target,$name) $value
    note property $target $name $value
}
proc get_property {name target} {
    if {$name ne "NAME"} { error "no $name" }
    return [lindex [split $target |] end]
}

namespace eval ipx {}
proc ipx::package_project {args} {
    foreach option {-root_dir -vendor -library -taxonomy -set_current} {
        if {![dict exists [lsearch -all -inline -not -regexp $args {^-(import_files|force)$}] $option]} {
            error "package_project needs $option"
        }
    }
    set ::root [lindex $args [expr {[lsearch $args -root_dir] + 1}]]
    set file [lsearch -inline $::sources */$::top.v]
    if {$file eq {}} { error "there is no module $::top" }
    set in [open $file]; set text [read $in]; close $in
    foreach {- bus} [regexp -all -inline {(\w+)_a[rw]valid[,;\n]} $text] {
        if {$bus ni $::buses} { lappend ::buses $bus }
    }
    set ::maps {map|inferred}
    note package {*}$args
}
proc ipx::current_core {} { if {$::root eq {}} { error "nothing is packaged" }; return core }
proc ipx::get_bus_interfaces {name option core} {
    return [expr {$name in $::buses ? "bus|$name" : {}}]
}
proc ipx::associate_bus_interfaces {args} {
    array set given [lrange $args 0 end-1]
    if {$given(-clock) ne "aclk"} { error "there is no clock $given(-clock)" }
    note associate $given(-busif) $given(-clock)
}
proc ipx::get_memory_maps {option core} { return $::maps }
proc ipx::remove_memory_map {name core} {
    if {"map|$name" ni $::maps} { error "there is no memory map $name" }
    set ::maps [lsearch -all -inline -not -exact $::maps map|$name]
}
proc ipx::add_memory_map {name core} { lappend ::maps map|$name; return map|$name }
proc ipx::add_address_block {name map} {
    if {$map ni $::maps} { error "there is no $map" }
    return block|$name
}
proc ipx::add_register {name block} {
    if {"register|$name" in $::registers} { error "there is a register $name already" }
    lappend ::registers register|$name
    return register|$name
}
proc ipx::add_field {name register} {
    if {$register ni $::registers} { error "there is no $register" }
    return field|[lindex [split $register |] 1]|$name
}
proc ipx::create_xgui_files {core} {}
proc ipx::update_checksums {core} {}
proc ipx::check_integrity {core} {
    if {"map|inferred" in $::maps} { error "two memory maps" }
    foreach register $::registers {
        foreach name {address_offset size} {
            if {![info exists ::value($register,$name)]} { error "$register has no $name" }
        }
        set offset [expr {$::value($register,address_offset)}]
        if {$offset + 4 > $::value(block|Reg,range)} { error "$register is outside of its block" }
        if {[info exists taken($offset)]} { error "$register lies on $taken($offset)" }
        set taken($offset) $register
    }
    note checked
}
proc ipx::save_core {core} {
    file mkdir $::root
    close [open $::root/component.xml w]
    set ::saved 1
    note saved $::root
}
proc close_project {} { if {!$::saved} { error "the core was not saved" } }

rename exit leave
proc exit {args} { close $::record; leave {*}$args }
if {[catch {source $script} problem]} {
    puts stderr $problem
    exit 1
}
exit 0
