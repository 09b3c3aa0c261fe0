# Plays Vivado for one script and writes down what it asked for.
#
#     tclsh vivado_recorder.tcl SCRIPT RECORD BEAT_BITS
#
# It knows the ports of the IPs that the block design uses, and refuses what Vivado would refuse:
# a command, option, IP, property, pin or address that does not exist, two sources on one pin, an
# interface connected to one of another kind or width. validate_bd_design refuses a design with an
# open port, a port without its clock, a register range that overlaps or cannot be reached.
# BEAT_BITS is the width of the accelerator's streams, or of an engine's memory ports. RECORD gets one line a fact, words apart by
# tabs. Sources: PG021 (axi_dma), PG059 (axi_interconnect), PG082 (processing_system7), PG164
# (proc_sys_reset), PG201 (zynq_ultra_ps_e), UG835 (commands), UG994 (addresses).

lassign $argv script record_file beat_bits
set record [open $record_file w]
rename unknown {}
proc unknown {args} { error "Vivado has no command [lindex $args 0]" }
proc note {args} { puts $::record [join $args \t] }

# ---- the catalogue ------------------------------------------------------------------------------

set versions {
    xilinx.com:ip:processing_system7 5.5
    xilinx.com:ip:zynq_ultra_ps_e 3.5
    xilinx.com:ip:proc_sys_reset 5.0
    xilinx.com:ip:axi_interconnect 2.1
    xilinx.com:ip:axi_dma 7.1
}
# What a setting is before anyone sets it; the last ones of the processors as the boards' presets.
set defaults {
    xilinx.com:ip:processing_system7 {
        PCW_USE_M_AXI_GP0 0 PCW_USE_M_AXI_GP1 0 PCW_USE_S_AXI_HP0 0 PCW_S_AXI_HP0_DATA_WIDTH 64
        PCW_USE_S_AXI_HP1 0 PCW_S_AXI_HP1_DATA_WIDTH 64 PCW_USE_FABRIC_INTERRUPT 0 PCW_IRQ_F2P_INTR 0
        PCW_EN_CLK0_PORT 1 PCW_EN_RST0_PORT 1 PCW_FPGA0_PERIPHERAL_FREQMHZ 50
    }
    xilinx.com:ip:zynq_ultra_ps_e {
        PSU__USE__M_AXI_GP0 1 PSU__USE__M_AXI_GP1 1 PSU__USE__M_AXI_GP2 0 PSU__USE__S_AXI_GP2 0
        PSU__SAXIGP2__DATA_WIDTH 128 PSU__USE__S_AXI_GP3 0 PSU__SAXIGP3__DATA_WIDTH 128
        PSU__USE__IRQ0 0 PSU__FPGA_PL0_ENABLE 1 PSU__USE__FABRIC__RST 1
        PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ 100
    }
    xilinx.com:ip:proc_sys_reset {}
    xilinx.com:ip:axi_interconnect {NUM_SI 1 NUM_MI 2}
    xilinx.com:ip:axi_dma {
        c_include_sg 1 c_sg_include_stscntrl_strm 1 c_sg_length_width 14 c_addr_width 32
        c_m_axi_mm2s_data_width 32 c_m_axis_mm2s_tdata_width 32 c_mm2s_burst_size 16
        c_m_axi_s2mm_data_width 32 c_s2mm_burst_size 16
    }
}
set presets {
    xilinx.com:ip:processing_system7 {PCW_USE_M_AXI_GP0 1}
    xilinx.com:ip:zynq_ultra_ps_e {}
}

# The ports of a cell with its settings, as lists:
#     pin NAME clock|reset in|out required|optional
#     interface NAME axi|stream|board master|slave WIDTH CLOCK ADDRESS_BITS
proc ports_of {cell} {
    proc value {name} "return \$::setting($cell,\$name)"
    switch -glob $::vlnv($cell) {
        *:processing_system7:* { return [ports_of_zynq_7000] }
        *:zynq_ultra_ps_e:* { return [ports_of_zynqmp] }
        *:proc_sys_reset:* {
            return {
                {pin slowest_sync_clk clock in required}
                {pin ext_reset_in reset in required}
                {pin aux_reset_in reset in optional}
                {pin mb_debug_sys_rst reset in optional}
                {pin dcm_locked reset in optional}
                {pin mb_reset reset out optional}
                {pin bus_struct_reset reset out optional}
                {pin peripheral_reset reset out optional}
                {pin interconnect_aresetn reset out optional}
                {pin peripheral_aresetn reset out optional}
            }
        }
        *:axi_interconnect:* { return [ports_of_interconnect] }
        *:axi_dma:* { return [ports_of_dma] }
        fpgaflow:rtl:* {
            return [list \
                {pin aclk clock in required} \
                {pin aresetn reset in required} \
                {pin interrupt interrupt out optional} \
                {interface s_axi_control axi slave 32 aclk 12} \
                [list interface m_axi_program axi master $::beat_bits aclk 32] \
                [list interface m_axi_data axi master $::beat_bits aclk 32]]
        }
        fpgaflow:hls:* {
            return [list \
                {pin ap_clk clock in required} \
                {pin ap_rst_n reset in required} \
                {pin interrupt interrupt out optional} \
                {interface s_axi_control axi slave 32 ap_clk 16} \
                [list interface images stream slave $::beat_bits ap_clk 0] \
                [list interface scores stream master $::beat_bits ap_clk 0]]
        }
    }
}

proc ports_of_zynq_7000 {} {
    set ports {{interface DDR board master 0 {} 0} {interface FIXED_IO board master 0 {} 0}}
    foreach number {0 1} {
        if {[value PCW_USE_M_AXI_GP$number]} {
            lappend ports [list interface M_AXI_GP$number axi master 32 M_AXI_GP${number}_ACLK 32] \
                [list pin M_AXI_GP${number}_ACLK clock in required]
        }
    }
    foreach port {S_AXI_HP0 S_AXI_HP1} {
        if {[value PCW_USE_$port]} {
            lappend ports [list interface $port axi slave [value PCW_${port}_DATA_WIDTH] ${port}_ACLK 32] \
                [list pin ${port}_ACLK clock in required]
        }
    }
    if {[value PCW_USE_FABRIC_INTERRUPT] && [value PCW_IRQ_F2P_INTR]} {
        lappend ports {pin IRQ_F2P interrupt in required}
    }
    if {[value PCW_EN_CLK0_PORT]} { lappend ports {pin FCLK_CLK0 clock out optional} }
    if {[value PCW_EN_RST0_PORT]} { lappend ports {pin FCLK_RESET0_N reset out optional} }
    return $ports
}

proc ports_of_zynqmp {} {
    set ports {}
    foreach {number port} {0 hpm0_fpd 1 hpm1_fpd 2 hpm0_lpd} {
        if {[value PSU__USE__M_AXI_GP$number]} {
            lappend ports [list interface M_AXI_[string toupper $port] axi master 128 maxi${port}_aclk 40] \
                [list pin maxi${port}_aclk clock in required]
        }
    }
    foreach {number port} {2 hp0_fpd 3 hp1_fpd} {
        if {[value PSU__USE__S_AXI_GP$number]} {
            set width [value PSU__SAXIGP${number}__DATA_WIDTH]
            lappend ports [list interface S_AXI_[string toupper $port] axi slave $width saxi${port}_aclk 40] \
                [list pin saxi${port}_aclk clock in required]
        }
    }
    if {[value PSU__USE__IRQ0]} { lappend ports {pin pl_ps_irq0 interrupt in required} }
    if {[value PSU__FPGA_PL0_ENABLE]} { lappend ports {pin pl_clk0 clock out optional} }
    if {[value PSU__USE__FABRIC__RST]} { lappend ports {pin pl_resetn0 reset out optional} }
    return $ports
}

proc ports_of_interconnect {} {
    set ports {{pin ACLK clock in required} {pin ARESETN reset in required}}
    foreach {letter count side} [list S [value NUM_SI] slave M [value NUM_MI] master] {
        for {set number 0} {$number < $count} {incr number} {
            set port [format %s%02d $letter $number]
            lappend ports [list interface ${port}_AXI axi $side any ${port}_ACLK 64] \
                [list pin ${port}_ACLK clock in required] [list pin ${port}_ARESETN reset in required]
        }
    }
    return $ports
}

proc ports_of_dma {} {
    set bits [value c_addr_width]
    set ports [list \
        {pin s_axi_lite_aclk clock in required} {pin m_axi_mm2s_aclk clock in required} \
        {pin m_axi_s2mm_aclk clock in required} {pin axi_resetn reset in required} \
        {pin mm2s_prmry_reset_out_n reset out optional} {pin s2mm_prmry_reset_out_n reset out optional} \
        {pin mm2s_introut interrupt out optional} {pin s2mm_introut interrupt out optional} \
        {interface S_AXI_LITE axi slave 32 s_axi_lite_aclk 10} \
        [list interface M_AXI_MM2S axi master [value c_m_axi_mm2s_data_width] m_axi_mm2s_aclk $bits] \
        [list interface M_AXI_S2MM axi master [value c_m_axi_s2mm_data_width] m_axi_s2mm_aclk $bits] \
        [list interface M_AXIS_MM2S stream master [value c_m_axis_mm2s_tdata_width] m_axi_mm2s_aclk 0] \
        {interface S_AXIS_S2MM stream slave any m_axi_s2mm_aclk 0}]
    if {[value c_include_sg]} {
        lappend ports {pin m_axi_sg_aclk clock in required} \
            [list interface M_AXI_SG axi master 32 m_axi_sg_aclk $bits]
    }
    return $ports
}

# ---- the commands -------------------------------------------------------------------------------

array set vlnv {}; array set setting {}; array set wire_of {}; array set partner {}
array set status {synth_1 "Not started" impl_1 "Not started"}
set project {}; set part {}; set board_part {}; set repository {}; set catalog 0
set cells {}; set windows {}; set external {}; set valid 0; set top {}; set opened {}; set sources {}

# Take options off a command's arguments: those with a value, and flags.
proc options {command arguments valued flags} {
    set plain {}
    set found {}
    for {set i 0} {$i < [llength $arguments]} {incr i} {
        set word [lindex $arguments $i]
        if {$word in $valued} {
            if {[incr i] >= [llength $arguments]} { error "$command: $word needs a value" }
            dict set found $word [lindex $arguments $i]
        } elseif {$word in $flags} {
            dict set found $word 1
        } elseif {[string match {-[a-z]*} $word]} {
            error "$command has no option $word"
        } else {
            lappend plain $word
        }
    }
    return [list $found $plain]
}

proc need_project {} { if {$::project eq {}} { error "no project is open" } }

proc create_project {args} {
    lassign [options create_project $args {-part} {-force}] given plain
    lassign $plain ::project ::folder
    set ::part [dict get $given -part]
    file mkdir $::folder
    close [open $::folder/$::project.xpr w]
    note project $::project $::folder $::part
}

proc open_project {path} {
    if {![file exists $path]} { error "there is no project $path" }
    set in [open $path]
    foreach line [read $in] { uplevel #0 $line }
    close $in
    note open $path
}

# The project file holds all that is known, so that another process can go on.
proc close_project {} {
    need_project
    set out [open $::folder/$::project.xpr w]
    foreach name {project folder part board_part cells windows external valid top sources design} {
        puts $out [list [list set $name [set ::$name]]]
    }
    foreach name {vlnv setting wire_of partner status} {
        puts $out [list [list array set $name [array get ::$name]]]
    }
    close $out
    set ::project {}
    set ::opened {}
}
proc current_project {} { need_project; return project_object }
proc current_fileset {} { need_project; return fileset_object }

proc set_property {args} {
    need_project
    if {[lindex $args 0] eq "-dict"} {
        lassign $args flag pairs target
        if {![info exists ::vlnv($target)]} { error "there is no cell $target" }
        foreach {key value} $pairs {
            if {![string match CONFIG.* $key]} { error "$target has no property $key" }
            set key [string range $key 7 end]
            if {![info exists ::setting($target,$key)]} { error "$::vlnv($target) has no setting $key" }
            set ::setting($target,$key) $value
            note property $target $key $value
        }
        return
    }
    lassign $args key value target
    switch $target,$key {
        project_object,board_part { set ::board_part $value }
        project_object,ip_repo_paths { set ::repository $value }
        fileset_object,top { set ::top $value }
        default { error "$target has no property $key" }
    }
    note set $key $value
}

proc update_ip_catalog {} {
    foreach path $::repository {
        if {![file exists $path/component.xml]} { error "there is no IP in $path" }
    }
    set ::catalog 1
}

proc get_ipdefs {pattern} {
    set found {}
    foreach {name version} $::versions {
        if {[string match $pattern $name:$version]} { lappend found $name:$version }
    }
    return $found
}

proc create_bd_design {name} { need_project; note design $name; set ::design $name }

proc create_bd_cell {args} {
    lassign [options create_bd_cell $args {-type -vlnv} {}] given name
    set vlnv [dict get $given -vlnv]
    if {[dict get $given -type] ne "ip"} { error "only IPs are known" }
    set kind [join [lrange [split $vlnv :] 0 2] :]
    if {[string match fpgaflow:hls:* $vlnv] || [string match fpgaflow:rtl:* $vlnv]} {
        if {!$::catalog} { error "the catalogue was not read again after ip_repo_paths" }
    } elseif {![dict exists $::versions $kind] || "$kind:[dict get $::versions $kind]" ne $vlnv} {
        error "there is no IP $vlnv"
    }
    if {$name in $::cells} { error "there is a cell $name already" }
    lappend ::cells $name
    set ::vlnv($name) $vlnv
    if {[dict exists $::defaults $kind]} {
        foreach {key value} [dict get $::defaults $kind] { set ::setting($name,$key) $value }
    }
    note cell $name $vlnv
    return $name
}

proc apply_bd_automation {args} {
    lassign [options apply_bd_automation $args {-rule -config} {}] given cell
    set kind [join [lrange [split $::vlnv($cell) :] 0 2] :]
    if {[dict get $given -rule] ne "xilinx.com:bd_rule:[lindex [split $kind :] 2]"} {
        error "no rule [dict get $given -rule] for $::vlnv($cell)"
    }
    foreach {key value} [dict get $given -config] {
        switch $key {
            apply_board_preset {
                if {$::board_part eq {}} { error "a preset needs a board part" }
                if {$value} {
                    foreach {name preset} [dict get $::presets $kind] { set ::setting($cell,$name) $preset }
                }
            }
            make_external {
                foreach interface [split [string map {" " ""} $value] ,] {
                    find_interface $cell/$interface
                    lappend ::external $cell/$interface
                    note external $cell/$interface
                }
            }
            Master - Slave { if {$value ne "Disable"} { error "$key is connected by hand" } }
            default { error "the rule knows no $key" }
        }
    }
    note automation $cell [string trim [dict get $given -config]]
}

proc find_port {sort path} {
    lassign [split $path /] cell name
    if {$cell ni $::cells} { error "there is no cell $cell" }
    foreach port [ports_of $cell] {
        if {[lindex $port 0] eq $sort && [lindex $port 1] eq $name} { return $port }
    }
    error "$cell ($::vlnv($cell)) has no $sort $name"
}
proc find_pin {path} { return [find_port pin $path] }
proc find_interface {path} { return [find_port interface $path] }

proc get_bd_pins {path} { find_pin $path; return $path }
proc get_bd_cells {path} { if {$path ni $::cells} { error "there is no cell $path" }; return $path }
proc get_bd_intf_pins {args} {
    lassign [options get_bd_intf_pins $args {} {-quiet}] given path
    if {[catch {find_interface $path} problem]} {
        if {[dict exists $given -quiet]} { return {} }
        error $problem
    }
    return $path
}

proc connect_bd_net {source sink} {
    lassign [find_pin $source] - - kind direction
    if {$direction ne "out"} { error "$source drives nothing" }
    lassign [find_pin $sink] - - sink_kind sink_direction
    if {$sink_direction ne "in"} { error "$sink takes nothing" }
    if {$kind ne $sink_kind} { error "$source is a $kind, $sink a $sink_kind" }
    if {[string match *peripheral_reset $source] || [string match *bus_struct_reset $source]} {
        error "$source is active high, $sink active low"
    }
    if {[info exists ::wire_of($sink)]} { error "$sink has a source already" }
    set ::wire_of($sink) $source
    note net $source $sink
}

proc connect_bd_intf_net {master slave} {
    lassign [find_interface $master] - - kind side width
    lassign [find_interface $slave] - - slave_kind slave_side slave_width
    if {$side ne "master" || $slave_side ne "slave"} { error "$master to $slave: not from master to slave" }
    if {$kind ne $slave_kind} { error "$master is $kind, $slave is $slave_kind" }
    if {$kind eq "stream" && "any" ni [list $width $slave_width] && $width != $slave_width} {
        error "$master has $width bits, $slave has $slave_width"
    }
    foreach end [list $master $slave] {
        if {[info exists ::partner($end)]} { error "$end is connected already" }
    }
    set ::partner($master) $slave
    set ::partner($slave) $master
    note link $master $slave
}

# ---- addresses ----------------------------------------------------------------------------------

# What each address space reaches out through, and where it may put registers.
proc space_of {path} {
    lassign [split $path /] cell space
    switch -glob $::vlnv($cell),$space {
        *:processing_system7:*,Data { return [list $cell/M_AXI_GP0 0x40000000 0x7FFFFFFF] }
        *:zynq_ultra_ps_e:*,Data { return [list $cell/M_AXI_HPM0_FPD 0xA0000000 0xAFFFFFFF] }
        *:axi_dma:*,Data_MM2S { return [list $cell/M_AXI_MM2S 0 0] }
        *:axi_dma:*,Data_S2MM { return [list $cell/M_AXI_S2MM 0 0] }
        fpgaflow:rtl:*,m_axi_program - fpgaflow:rtl:*,m_axi_data { return [list $cell/$space 0 0] }
    }
    error "there is no address space $path"
}

# The slaves that a master interface reaches, through interconnects.
proc reach {master} {
    if {![info exists ::partner($master)]} { return {} }
    set slave $::partner($master)
    set cell [lindex [split $slave /] 0]
    if {![string match *:axi_interconnect:* $::vlnv($cell)]} { return [list $slave] }
    set found {}
    foreach port [ports_of $cell] {
        lassign $port sort name kind side
        if {$sort eq "interface" && $side eq "master"} { lappend found {*}[reach $cell/$name] }
    }
    return $found
}

proc get_bd_addr_spaces {path} { space_of $path; return $path }
proc get_bd_addr_segs {path} {
    lassign [split $path /] cell interface segment
    lassign [find_interface $cell/$interface] - - kind side
    if {$kind ne "axi" || $side ne "slave" || $segment ne "Reg"} { error "there is no segment $path" }
    return $path
}

proc assign_bd_address {args} {
    if {[llength $args] == 0} { assign_memory; return }
    lassign [options assign_bd_address $args {-offset -range -target_address_space} {-force}] given segment
    set space [dict get $given -target_address_space]
    set offset [dict get $given -offset]
    set range [dict get $given -range]
    lassign [space_of $space] master low high
    set slave [join [lrange [split $segment /] 0 1] /]
    if {$slave ni [reach $master]} { error "$space does not reach $segment" }
    if {$range & ($range - 1) || $offset % $range} { error "$segment: $offset is not aligned to $range" }
    # Vivado's and Vitis HLS's own IPs say 64 KB; what we package says what its address bits reach.
    lassign [find_interface $slave] - - - - - - bits
    if {[string match fpgaflow:rtl:* $::vlnv([lindex [split $slave /] 0])] && $range > 1 << $bits} {
        error "$segment has $bits address bits, $range bytes need more"
    }
    if {$offset < $low || $offset + $range - 1 > $high} { error "$segment: $offset is outside of $master" }
    foreach window $::windows {
        lassign $window other_space other base bytes
        if {$other_space eq $space && $offset < $base + $bytes && $base < $offset + $range} {
            error "$segment overlaps $other"
        }
    }
    lappend ::windows [list $space $segment $offset $range]
    note address $space $segment $offset $range
}

proc assign_memory {} {
    foreach cell $::cells {
        switch -glob $::vlnv($cell) {
            *:axi_dma:* { set spaces {Data_MM2S Data_S2MM} }
            fpgaflow:rtl:* { set spaces {m_axi_program m_axi_data} }
            default continue
        }
        foreach space $spaces {
            set space $cell/$space
            foreach slave [reach [lindex [space_of $space] 0]] {
                if {![regexp {/S_AXI_HP[01]} $slave]} { error "$space reaches $slave" }
                lappend ::windows [list $space $slave/memory 0 0]
                note memory $space $slave
            }
        }
    }
}

proc validate_bd_design {} {
    foreach cell $::cells {
        foreach port [ports_of $cell] {
            lassign $port sort name kind third need
            set path $cell/$name
            if {$sort eq "pin" && $third eq "in" && $need eq "required" && ![info exists ::wire_of($path)]} {
                error "$path is open"
            }
        }
    }
    foreach cell $::cells {
        foreach port [ports_of $cell] {
            if {[lindex $port 0] eq "interface"} { check_interface $cell/[lindex $port 1] $port }
        }
    }
    foreach cell $::cells {
        foreach port [ports_of $cell] {
            lassign $port sort name kind side
            if {$sort ne "interface" || $kind ne "axi" || $side ne "slave"} continue
            if {[string match *:axi_interconnect:* $::vlnv($cell)]} continue
            if {[lsearch -glob -index 1 $::windows $cell/$name/*] < 0} { error "$cell/$name has no address" }
        }
    }
    set ::valid 1
    note valid
}

proc check_interface {path port} {
    lassign $port - name kind side width clock
    if {$path in $::external} return
    if {![info exists ::partner($path)]} { error "$path is open" }
    set other $::partner($path)
    set cell [lindex [split $path /] 0]
    set other_cell [lindex [split $other /] 0]
    set other_clock [lindex [find_interface $other] 5]
    if {$::wire_of($cell/$clock) ne $::wire_of($other_cell/$other_clock)} {
        error "$path and $other are in two clock domains"
    }
}

# ---- files and runs -----------------------------------------------------------------------------

proc save_bd_design {} { if {!$::valid} { error "the design was not validated" }; note saved }
proc get_files {name} { if {$name ne "$::design.bd"} { error "there is no file $name" }; return $name }
proc generate_target {what file} {
    set folder $::folder/$::project.gen/sources_1/bd/$::design/hw_handoff
    file mkdir $folder
    set out [open $folder/$::design.hwh w]; puts $out hwh; close $out
    note generate $what $file
}
proc make_wrapper {args} {
    lassign [options make_wrapper $args {-files} {-top}] given
    dict get $given -top
    return ${::design}_wrapper.v
}
proc add_files {args} {
    lassign [options add_files $args {} {-norecurse}] given file
    lappend ::sources $file
    note source $file
}
proc update_compile_order {args} { options update_compile_order $args {-fileset} {} }
proc get_runs {name} { if {![info exists ::status($name)]} { error "there is no run $name" }; return $name }
proc get_property {key run} { if {$key ne "STATUS"} { error "no $key" }; return $::status($run) }

proc launch_runs {args} {
    lassign [options launch_runs $args {-jobs -to_step} {}] given run
    need_project
    if {$::top ne "${::design}_wrapper" || "$::top.v" ni $::sources} { error "the top is not the wrapper" }
    set step [expr {[dict exists $given -to_step] ? [dict get $given -to_step] : {}}]
    switch $run,$step {
        synth_1, { set ::status($run) "synth_design Complete!" }
        impl_1, {
            if {![string match *Complete* $::status(synth_1)]} { error "synth_1 has not run" }
            set ::status($run) "route_design Complete, Failed Timing!"
        }
        impl_1,write_bitstream {
            if {![string match route_design* $::status($run)]} { error "impl_1 has not run" }
            set folder $::folder/$::project.runs/impl_1
            file mkdir $folder
            set out [open $folder/$::top.bit w]; puts $out bit; close $out
            set ::status($run) "write_bitstream Complete!"
        }
        default { error "launch_runs $run -to_step $step" }
    }
    note launch $run $step [dict get $given -jobs]
}
proc wait_on_run {run} { get_runs $run }
proc reset_run {args} {
    lassign [options reset_run $args {-from_step} {}] given run
    if {[dict exists $given -from_step]} { error "nothing to reset" }
    set ::status([get_runs $run]) "Not started"
}
proc open_run {run} { set ::opened [get_runs $run] }
proc get_cells {path} {
    lassign [split $path /] instance cell
    if {$instance ne "${::design}_i" || $cell ni $::cells} { error "there is no cell $path" }
    return $path
}
proc report_utilization {args} {
    lassign [options report_utilization $args {-file -cells} {}] given
    write_report utilization $given
}
proc report_timing_summary {args} {
    lassign [options report_timing_summary $args {-file} {}] given
    write_report timing $given
}
proc write_report {kind given} {
    if {$::opened eq {}} { error "no run is open" }
    close [open [dict get $given -file] w]
    set cell [expr {[dict exists $given -cells] ? [dict get $given -cells] : {}}]
    note report $kind $::opened [dict get $given -file] $cell
}

rename exit leave
proc exit {args} { close $::record; leave {*}$args }
if {[catch {source $script} problem]} {
    puts stderr $problem
    exit 1
}
exit 0
