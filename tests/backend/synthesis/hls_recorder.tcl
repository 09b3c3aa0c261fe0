# Plays Vitis HLS for one script and writes down what it asked for.
#
#     tclsh hls_recorder.tcl SCRIPT RECORD
#
# It refuses commands, options, files and an order of steps that Vitis HLS would refuse (UG1399).
# RECORD gets one line a command, words apart by tabs.

lassign $argv script record_file
set record [open $record_file w]
rename unknown {}
proc unknown {args} { error "Vitis HLS has no command [lindex $args 0]" }
proc note {args} { puts $::record [join $args \t] }

set project {}; set top {}; set solution {}; set part {}; set clock {}

proc need {name what} { if {[set ::$name] eq {}} { error "no $what" } }

proc open_project {args} {
    set ::project [lindex $args end]
    if {[lindex $args 0] ne "-reset" && ![file exists $::project]} { error "there is no project $::project" }
    file mkdir $::project
    note open_project {*}$args
}
proc set_top {name} { need project "project is open"; set ::top $name; note set_top $name }
proc add_files {path flag flags} {
    need project "project is open"
    if {![file exists $path]} { error "there is no file $path" }
    if {$flag ne "-cflags"} { error "add_files has no option $flag" }
    note add_files $path $flags
}
proc open_solution {args} { need project "project is open"; set ::solution [lindex $args end]; note open_solution {*}$args }
proc set_part {name} { need solution "solution is open"; set ::part $name; note set_part $name }
proc create_clock {args} {
    need part "part is set"
    array set given $args
    set ::clock $given(-name)
    note create_clock $given(-period) $given(-name)
}
proc set_clock_uncertainty {amount clock} {
    if {$clock ne $::clock} { error "there is no clock $clock" }
    note set_clock_uncertainty $amount
}
proc config_array_partition {args} { note config_array_partition {*}$args }
proc config_compile {args} { note config_compile {*}$args }
proc config_schedule {args} { note config_schedule {*}$args }
proc csynth_design {} {
    need top "top function is set"
    need clock "clock is set"
    set folder $::project/$::solution/syn/report
    file mkdir $folder
    close [open $folder/csynth.xml w]
    note csynth_design
}
proc export_design {args} {
    if {![file exists $::project/$::solution/syn/report/csynth.xml]} { error "csynth has not run" }
    foreach {option value} $args {
        if {$option ni {-rtl -format -vendor -library -ipname -version}} { error "export_design has no option $option" }
    }
    set folder $::project/$::solution/impl/ip
    file mkdir $folder
    close [open $folder/component.xml w]
    note export_design {*}$args
}
proc close_project {} { need project "project is open"; set ::project {} }

rename exit leave
proc exit {args} { close $::record; leave {*}$args }
if {[catch {source $script} problem]} {
    puts stderr $problem
    exit 1
}
puts stderr "the script did not leave"
exit 1
