# Packages the engine in rtl/ as the IP fpgaflow:rtl:fpgaflow_engine:1.0 with Vivado 2023.2 or later.
# Written by fpgaflow; by hand, in this folder, before vivado_project.tcl:
#     vivado -mode batch -source package_ip.tcl

cd [file dirname [file normalize [info script]]]
create_project -force package package -part xc7z020clg400-1
add_files -norecurse {
    rtl/engine.sv
    rtl/fpgaflow_engine.v
}
set_property top fpgaflow_engine [current_fileset]
update_compile_order -fileset sources_1

ipx::package_project -root_dir ip -vendor fpgaflow -library rtl -taxonomy /UserIP -import_files -set_current true -force
set core [ipx::current_core]
set_property name fpgaflow_engine $core
set_property version 1.0 $core
set_property display_name {fpgaflow engine} $core

foreach interface {s_axi_control m_axi_program m_axi_data} {
    if {[llength [ipx::get_bus_interfaces $interface -of_objects $core]] == 0} {
        error "Vivado found no interface $interface in fpgaflow_engine.v"
    }
    ipx::associate_bus_interfaces -busif $interface -clock aclk $core
}

# The registers, by the names that pynq shows; what Vivado inferred has none.
foreach map [ipx::get_memory_maps -of_objects $core] {
    ipx::remove_memory_map [get_property NAME $map] $core
}
set map [ipx::add_memory_map s_axi_control $core]
set_property slave_memory_map_ref s_axi_control [ipx::get_bus_interfaces s_axi_control -of_objects $core]
set block [ipx::add_address_block Reg $map]
set_property base_address 0 $block
set_property range 4096 $block
set_property width 32 $block
set_property usage register $block
proc add_register {block name offset meaning} {
    set register [ipx::add_register $name $block]
    set_property address_offset $offset $register
    set_property size 32 $register
    set_property description $meaning $register
    return $register
}
proc add_field {register name bit} {
    set field [ipx::add_field $name $register]
    set_property bit_offset $bit $field
    set_property bit_width 1 $field
}
set register [add_register $block CTRL 0x00 {starts a run and says how far it is}]
add_field $register AP_START 0
add_field $register AP_DONE 1
add_field $register AP_IDLE 2
add_field $register AP_READY 3
add_field $register ABORT 8
set register [add_register $block GIER 0x04 {global interrupt enable}]
add_field $register Enable 0
set register [add_register $block IP_IER 0x08 {interrupt enable}]
add_field $register CHAN0_INT_EN 0
set register [add_register $block IP_ISR 0x0C {interrupt status; writing 1 turns a bit over}]
add_field $register CHAN0_INT_ST 0
add_register $block program_address_1 0x10 {where the program is; a multiple of 128}
add_register $block program_address_2 0x14 {where the program is; a multiple of 128}
add_register $block program_bytes 0x18 {how long it is}
add_register $block frames 0x1C {how many images this run takes}
add_register $block input_address_1 0x20 {where the first image is}
add_register $block input_address_2 0x24 {where the first image is}
add_register $block input_bytes 0x28 {how much may be read from there}
add_register $block output_address_1 0x30 {where the first image's outputs go}
add_register $block output_address_2 0x34 {where the first image's outputs go}
add_register $block output_bytes 0x38 {how much may be written there}
add_register $block spill_address_1 0x40 {where feature maps wait that do not fit on the chip}
add_register $block spill_address_2 0x44 {where feature maps wait that do not fit on the chip}
add_register $block spill_bytes 0x48 {how much may be written and read there}
add_register $block status 0x50 {why the last run ended}
add_register $block where 0x54 {the row of the program that is executed}
add_register $block lanes 0x58 {LANES_K, LANES_O and LANES_P, a byte each}
add_register $block memory 0x5C {ACT_LINES and W_ROWS, 16 bits each}
add_register $block version 0x60 {of programs and registers}
add_register $block frames_done_1 0x80 {images that are done}
add_register $block frames_done_2 0x84 {images that are done}
add_register $block cycles_1 0x88 {clock cycles from the end of the check to the end of the run}
add_register $block cycles_2 0x8C {clock cycles from the end of the check to the end of the run}
add_register $block cycles_steps_1 0x90 {cycles in which a step or a bias row entered the array}
add_register $block cycles_steps_2 0x94 {cycles in which a step or a bias row entered the array}
add_register $block cycles_wait_program_1 0x98 {cycles of waiting for rows of the program}
add_register $block cycles_wait_program_2 0x9C {cycles of waiting for rows of the program}
add_register $block cycles_load_1 0xA0 {cycles of loading feature maps from memory}
add_register $block cycles_load_2 0xA4 {cycles of loading feature maps from memory}
add_register $block cycles_store_1 0xA8 {cycles of storing feature maps in memory}
add_register $block cycles_store_2 0xAC {cycles of storing feature maps in memory}
add_register $block cycles_decode_1 0xB0 {cycles of reading instructions}
add_register $block cycles_decode_2 0xB4 {cycles of reading instructions}
add_register $block cycles_drain_1 0xB8 {cycles of waiting for the array's pipeline to run empty}
add_register $block cycles_drain_2 0xBC {cycles of waiting for the array's pipeline to run empty}
add_register $block cycles_check_1 0xC0 {clock cycles of checking the program}
add_register $block cycles_check_2 0xC4 {clock cycles of checking the program}
add_register $block macs_issued_1 0xC8 {multiply-accumulates that the array could have done}
add_register $block macs_issued_2 0xCC {multiply-accumulates that the array could have done}
add_register $block macs_useful_1 0xD0 {those on bytes of a run, for a channel and a row that exist}
add_register $block macs_useful_2 0xD4 {those on bytes of a run, for a channel and a row that exist}
add_register $block read_program_bytes_1 0xD8 {instructions read from DDR memory}
add_register $block read_program_bytes_2 0xDC {instructions read from DDR memory}
add_register $block read_weight_bytes_1 0xE0 {weights and biases read from DDR memory}
add_register $block read_weight_bytes_2 0xE4 {weights and biases read from DDR memory}
add_register $block read_input_bytes_1 0xE8 {images read from DDR memory}
add_register $block read_input_bytes_2 0xEC {images read from DDR memory}
add_register $block read_feature_map_bytes_1 0xF0 {feature maps read back from DDR memory}
add_register $block read_feature_map_bytes_2 0xF4 {feature maps read back from DDR memory}
add_register $block write_output_bytes_1 0xF8 {outputs written to DDR memory}
add_register $block write_output_bytes_2 0xFC {outputs written to DDR memory}
add_register $block write_feature_map_bytes_1 0x100 {feature maps written to DDR memory}
add_register $block write_feature_map_bytes_2 0x104 {feature maps written to DDR memory}
add_register $block bursts_program_1 0x108 {bursts that read the program}
add_register $block bursts_program_2 0x10C {bursts that read the program}
add_register $block bursts_read_1 0x110 {bursts that read images and feature maps}
add_register $block bursts_read_2 0x114 {bursts that read images and feature maps}
add_register $block bursts_write_1 0x118 {bursts that wrote outputs and feature maps}
add_register $block bursts_write_2 0x11C {bursts that wrote outputs and feature maps}
add_register $block chip_feature_map_reads_1 0x120 {words of 32 bits read from feature-map banks}
add_register $block chip_feature_map_reads_2 0x124 {words of 32 bits read from feature-map banks}
add_register $block chip_weight_reads_1 0x128 {rows of weights and biases that entered the array}
add_register $block chip_weight_reads_2 0x12C {rows of weights and biases that entered the array}
add_register $block chip_feature_map_writes_1 0x130 {bytes that the array wrote to feature-map banks}
add_register $block chip_feature_map_writes_2 0x134 {bytes that the array wrote to feature-map banks}
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
close_project
