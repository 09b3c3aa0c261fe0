"""From the HLS project to the bitstream, with the vendor's tools."""
