# Builds the design fpgaflow_engine for xilinx.com:zcu104:part0:1.1 with Vivado 2023.2 or later.
# Written by fpgaflow; `fpgaflow synthesize` runs it one stage at a time. By hand, in this folder:
#     vivado -mode batch -source vivado_project.tcl
# FPGAFLOW_STAGE names one stage (synth, impl, bitstream); without it all three run.
# FPGAFLOW_JOBS is how many runs may go side by side.

cd [file dirname [file normalize [info script]]]
set name fpgaflow_engine
set part xczu7ev-ffvc1156-2-e
set board_part xilinx.com:zcu104:part0:1.1
set repository ip
set stages [expr {[info exists ::env(FPGAFLOW_STAGE)] ? $::env(FPGAFLOW_STAGE) : {synth impl bitstream}}]
set jobs [expr {[info exists ::env(FPGAFLOW_JOBS)] ? $::env(FPGAFLOW_JOBS) : 2}]

# The newest version of an IP whose name is given without one.
proc newest {vlnv} {
    set found [lsort -dictionary [get_ipdefs "$vlnv:*"]]
    if {[llength $found] == 0} {
        error "Vivado has no IP $vlnv"
    }
    return [lindex $found end]
}

proc add_cell {name vlnv {properties {}}} {
    set cell [create_bd_cell -type ip -vlnv $vlnv $name]
    if {[llength $properties] > 0} {
        set_property -dict $properties $cell
    }
}

proc link {master slave} {
    connect_bd_intf_net [get_bd_intf_pins $master] [get_bd_intf_pins $slave]
}

proc wire {source sinks} {
    foreach sink $sinks {
        connect_bd_net [get_bd_pins $source] [get_bd_pins $sink]
    }
}

proc place_registers {space segment base bytes} {
    assign_bd_address -offset $base -range $bytes \
        -target_address_space [get_bd_addr_spaces $space] [get_bd_addr_segs $segment] -force
}

proc finish {run} {
    wait_on_run $run
    set status [get_property STATUS [get_runs $run]]
    # "route_design Complete, Failed Timing!" is complete too: the timing report says by how much.
    if {![string match "*Complete*" $status]} {
        error "the run $run ended with: $status"
    }
}

# Zynq UltraScale+: the preset of the board sets DDR memory, MIO pins and PLLs, which have no ports.
proc add_processor {name vlnv properties} {
    set cell [create_bd_cell -type ip -vlnv $vlnv $name]
    apply_bd_automation -rule xilinx.com:bd_rule:zynq_ultra_ps_e -config {
        apply_board_preset "1"
    } $cell
    set_property -dict $properties $cell
}
proc build_design {} {
    create_bd_design system
    add_processor zynq_ultra_ps_e_0 [newest xilinx.com:ip:zynq_ultra_ps_e] {
        CONFIG.PSU__USE__M_AXI_GP0 {1}
        CONFIG.PSU__USE__M_AXI_GP1 {0}
        CONFIG.PSU__USE__M_AXI_GP2 {0}
        CONFIG.PSU__USE__S_AXI_GP2 {1}
        CONFIG.PSU__FPGA_PL0_ENABLE {1}
        CONFIG.PSU__USE__FABRIC__RST {1}
        CONFIG.PSU__USE__S_AXI_GP3 {1}
        CONFIG.PSU__USE__IRQ0 {1}
        CONFIG.PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ {200}
        CONFIG.PSU__SAXIGP2__DATA_WIDTH {64}
        CONFIG.PSU__SAXIGP3__DATA_WIDTH {64}
    }
    add_cell reset_0 [newest xilinx.com:ip:proc_sys_reset]
    add_cell control_interconnect [newest xilinx.com:ip:axi_interconnect] {
        CONFIG.NUM_SI {1}
        CONFIG.NUM_MI {1}
    }
    add_cell program_interconnect [newest xilinx.com:ip:axi_interconnect] {
        CONFIG.NUM_SI {1}
        CONFIG.NUM_MI {1}
    }
    add_cell data_interconnect [newest xilinx.com:ip:axi_interconnect] {
        CONFIG.NUM_SI {1}
        CONFIG.NUM_MI {1}
    }
    add_cell fpgaflow_0 fpgaflow:rtl:fpgaflow_engine:1.0
    foreach interface {s_axi_control m_axi_program m_axi_data} {
        if {[llength [get_bd_intf_pins -quiet fpgaflow_0/$interface]] == 0} {
            error "the IP fpgaflow:rtl:fpgaflow_engine:1.0 has no interface $interface"
        }
    }
    link zynq_ultra_ps_e_0/M_AXI_HPM0_FPD control_interconnect/S00_AXI
    link control_interconnect/M00_AXI fpgaflow_0/s_axi_control
    link fpgaflow_0/m_axi_program program_interconnect/S00_AXI
    link program_interconnect/M00_AXI zynq_ultra_ps_e_0/S_AXI_HP0_FPD
    link fpgaflow_0/m_axi_data data_interconnect/S00_AXI
    link data_interconnect/M00_AXI zynq_ultra_ps_e_0/S_AXI_HP1_FPD
    wire zynq_ultra_ps_e_0/pl_clk0 {
        zynq_ultra_ps_e_0/maxihpm0_fpd_aclk
        zynq_ultra_ps_e_0/saxihp0_fpd_aclk
        zynq_ultra_ps_e_0/saxihp1_fpd_aclk
        reset_0/slowest_sync_clk
        control_interconnect/ACLK
        control_interconnect/S00_ACLK
        control_interconnect/M00_ACLK
        program_interconnect/ACLK
        program_interconnect/S00_ACLK
        program_interconnect/M00_ACLK
        data_interconnect/ACLK
        data_interconnect/S00_ACLK
        data_interconnect/M00_ACLK
        fpgaflow_0/aclk
    }
    wire zynq_ultra_ps_e_0/pl_resetn0 {
        reset_0/ext_reset_in
    }
    wire reset_0/interconnect_aresetn {
        control_interconnect/ARESETN
        program_interconnect/ARESETN
        data_interconnect/ARESETN
    }
    wire reset_0/peripheral_aresetn {
        control_interconnect/S00_ARESETN
        control_interconnect/M00_ARESETN
        program_interconnect/S00_ARESETN
        program_interconnect/M00_ARESETN
        data_interconnect/S00_ARESETN
        data_interconnect/M00_ARESETN
        fpgaflow_0/aresetn
    }
    wire fpgaflow_0/interrupt {
        zynq_ultra_ps_e_0/pl_ps_irq0
    }
    place_registers zynq_ultra_ps_e_0/Data fpgaflow_0/s_axi_control/Reg 0xA0000000 0x00001000
    # The rest is the DDR memory as the engine sees it; its size comes from the board's preset.
    assign_bd_address
    validate_bd_design
    save_bd_design
}

proc run_synth {} {
    global name part board_part repository jobs
    create_project -force $name vivado -part $part
    set_property board_part $board_part [current_project]
    set_property ip_repo_paths [list [file normalize $repository]] [current_project]
    update_ip_catalog
    build_design
    set design [get_files system.bd]
    generate_target all $design
    add_files -norecurse [make_wrapper -files $design -top]
    set_property top system_wrapper [current_fileset]
    update_compile_order -fileset sources_1
    launch_runs synth_1 -jobs $jobs
    finish synth_1
    open_run synth_1
    report_utilization -file reports/utilization_synth.rpt
    close_project
}

proc run_impl {} {
    global name jobs
    open_project vivado/$name.xpr
    reset_run impl_1
    launch_runs impl_1 -jobs $jobs
    finish impl_1
    open_run impl_1
    report_utilization -file reports/utilization.rpt
    report_utilization -cells [get_cells system_i/fpgaflow_0] -file reports/utilization_accelerator.rpt
    report_timing_summary -file reports/timing.rpt
    close_project
}

proc run_bitstream {} {
    global name jobs
    open_project vivado/$name.xpr
    # An attempt that was interrupted would stand in the way of the next one.
    catch {reset_run impl_1 -from_step write_bitstream}
    launch_runs impl_1 -to_step write_bitstream -jobs $jobs
    finish impl_1
    file copy -force vivado/$name.runs/impl_1/system_wrapper.bit $name.bit
    file copy -force vivado/$name.gen/sources_1/bd/system/hw_handoff/system.hwh $name.hwh
    close_project
}

file mkdir reports
foreach stage $stages {
    puts "fpgaflow: stage $stage"
    run_$stage
}
