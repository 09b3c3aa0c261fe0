# Makes the IP fpgaflow:hls:net_tiny:1.0 of net_tiny() with Vitis HLS 2023.2 or later.
# Written by fpgaflow; `fpgaflow synthesize` runs it one stage at a time. By hand, in this folder:
#     vitis_hls -f vitis_hls.tcl                    (before 2024.2)
#     vitis-run --mode hls --tcl vitis_hls.tcl      (since)
# FPGAFLOW_STAGE names one stage (csynth, export); without it both run.

cd [file dirname [file normalize [info script]]]
set stages [expr {[info exists ::env(FPGAFLOW_STAGE)] ? $::env(FPGAFLOW_STAGE) : {csynth export}}]

proc run_csynth {} {
    open_project -reset hls
    set_top net_tiny
    add_files ../hls/firmware/net_tiny.cpp -cflags "-std=c++0x"
    open_solution -reset solution1
    set_part xc7z020clg400-1
    create_clock -period 10 -name default
    set_clock_uncertainty 27% default
    catch {config_array_partition -maximum_size 4096}
    config_compile -name_max_length 80
    config_schedule -enable_dsp_full_reg=false
    csynth_design
    file mkdir reports
    file copy -force hls/solution1/syn/report/csynth.xml reports/csynth.xml
    close_project
}

proc run_export {} {
    open_project hls
    open_solution solution1
    export_design -rtl verilog -format ip_catalog -vendor fpgaflow -library hls -ipname net_tiny -version 1.0
    close_project
}

foreach stage $stages {
    puts "fpgaflow: stage $stage"
    run_$stage
}
exit
