// Looks at a program's bytes as they pass: header, size, and CRC-32 (IEEE, as zlib) from byte 8 on.
module program_check #(
    parameter int LANES_K   = 12,
    parameter int LANES_O   = 4,
    parameter int LANES_P   = 8,
    parameter int ACT_LINES = 3072,
    parameter int W_ROWS    = 3072
) (
    input  logic        aclk,
    input  logic        clear,
    input  logic        beat,
    input  logic [63:0] beat_data,
    input  logic [31:0] program_bytes,
    output logic        header_wrong,  // known from the header alone; `status` says why
    output engine_pkg::status_t     status,        // of the whole block once it has passed
    // From the header and the size, once the block has passed. Rows are those after the header.
    output logic [28:0] rows,
    output logic [31:0] input_bytes,
    output logic [31:0] output_bytes
);
  localparam int COLUMNS = LANES_K * LANES_O / 8;
  localparam logic [3:0] HEADER_ROWS = 4'((engine_pkg::INSTRUCTION_BYTES + 8 * COLUMNS - 1) / (8 * COLUMNS));
  localparam logic [31:0] MAGIC = 32'h45475046;
  localparam logic [31:0] PROGRAM_VERSION = 32'd1;
  localparam logic [23:0] LANES = {8'(LANES_P), 8'(LANES_O), 8'(LANES_K)};
  localparam logic [31:0] MEMORY = {16'(W_ROWS), 16'(ACT_LINES)};

  // Bit i of the CRC after 64 bits is the parity of these of the data, the CRC before added to their
  // low half. Each column is what one bit of data leaves after the division by 0xEDB88320.
  localparam logic [32*64-1:0] TAPS = {
    64'h826880EF_A40DA72D,
    64'hC35CC098_760B74BB,
    64'hE3C6E0A3_9F081D70,
    64'h71E37051_CF840EB8,
    64'hBA9938C7_43CFA071,
    64'hDF241C8C_05EA7715,
    64'h6F920E46_02F53B8A,
    64'hB5A187CC_A5773AE8,
    64'hD8B84309_F6B63A59,
    64'h6C5C2184_FB5B1D2C,
    64'hB446902D_D9A029BB,
    64'hD84BC8F9_48DDB3F0,
    64'hEE4D6493_00637ED5,
    64'h7726B249_8031BF6A,
    64'h3B935924_C018DFB5,
    64'h1DC9AC92_600C6FDA,
    64'h8C8C56A6_940B90C0,
    64'h46462B53_4A05C860,
    64'h232315A9_A502E430,
    64'h11918AD4_D2817218,
    64'h08C8C56A_6940B90C,
    64'h046462B5_34A05C86,
    64'h805AB1B5_3E5D896E,
    64'hC245D835_3B23639A,
    64'h6122EC1A_9D91B1CD,
    64'h3091760D_4EC8D8E6,
    64'h9A203BE9_0369CB5E,
    64'h4D101DF4_81B4E5AF,
    64'h26880EFA_40DA72D7,
    64'h1344077D_206D396B,
    64'h09A203BE_90369CB5,
    64'h04D101DF_481B4E5A
  };

  logic [31:0] crc, crc_given;
  logic        crc_right;  // a cycle after the last beat
  logic [ 2:0] at;  // of the beat in the header; 5 after it
  logic [ 3:0] column;
  logic [ 3:0] header_left;
  logic wrong_magic, wrong_version, wrong_lanes, wrong_alignment, wrong_size;
  logic [63:0] mixed;
  logic [31:0] crc_next;

  assign mixed = beat_data ^ {32'd0, crc};
  for (genvar i = 0; i < 32; i++) begin : g_crc
    assign crc_next[i] = ^(mixed & TAPS[64*i+:64]);
  end

  always_ff @(posedge aclk) begin
    if (clear) begin
      at <= 3'd0;
      crc <= 32'hFFFF_FFFF;
      column <= 4'd0;
      rows <= 29'd0;
      header_left <= HEADER_ROWS;
      wrong_magic <= 1'b0;
      wrong_version <= 1'b0;
      wrong_lanes <= 1'b0;
      wrong_alignment <= 1'b0;
      wrong_size <= 1'b0;
    end else if (beat) begin
      if (at != 3'd5) at <= at + 3'd1;
      if (at != 3'd0) crc <= crc_next;
      unique case (at)
        3'd0: begin
          wrong_magic <= beat_data[31:0] != MAGIC;
          crc_given   <= beat_data[63:32];
        end
        3'd1: begin
          wrong_version <= beat_data[31:0] != PROGRAM_VERSION;
          wrong_lanes   <= beat_data[55:32] != LANES;
        end
        3'd2: begin
          wrong_lanes <= wrong_lanes || beat_data[31:0] != MEMORY;
          wrong_size  <= beat_data[63:32] != program_bytes;
          wrong_alignment <= beat_data[34:32] != 0;
        end
        3'd3: begin
          input_bytes <= beat_data[31:0];
          output_bytes <= beat_data[63:32];
          wrong_alignment <= wrong_alignment || beat_data[2:0] != 0 || beat_data[34:32] != 0;
        end
        3'd4: wrong_alignment <= wrong_alignment || beat_data[2:0] != 0;
        default: ;
      endcase
      if (column == 4'(COLUMNS - 1)) begin
        column <= 4'd0;
        if (header_left != 0) header_left <= header_left - 4'd1;
        else rows <= rows + 29'd1;
      end else begin
        column <= column + 4'd1;
      end
    end
  end

  always_ff @(posedge aclk) crc_right <= crc == ~crc_given;

  assign header_wrong = at == 3'd5
      && (wrong_magic || wrong_version || wrong_lanes || wrong_alignment || wrong_size);

  always_comb begin
    if (wrong_magic) status = engine_pkg::STATUS_MAGIC;
    else if (wrong_version) status = engine_pkg::STATUS_VERSION;
    else if (wrong_lanes) status = engine_pkg::STATUS_LANES;
    else if (wrong_alignment) status = engine_pkg::STATUS_ALIGNMENT;
    else if (wrong_size || column != 0) status = engine_pkg::STATUS_TRUNCATED;
    else if (!crc_right) status = engine_pkg::STATUS_CHECKSUM;
    else status = engine_pkg::STATUS_OK;
  end
endmodule
