// Writes a block of memory as AXI4 bursts of at most 16 beats that never cross a multiple of 128
// bytes, at most eight of them unanswered. A burst's data go out with its address or later.
//
// After `stop` no further burst begins; those that did are filled up with beats that write nothing.
module burst_writer #(
  parameter int ADDRESS_BITS = 32
) (
  input  logic                    aclk,
  input  logic                    aresetn,
  // A block: `start` only while not `busy`, `beats` at least 1, `address` a multiple of 8.
  input  logic                    start,
  input  logic [ADDRESS_BITS-1:0] address,
  input  logic [28:0]             beats,
  input  logic                    stop,
  output logic                    issue,      // a burst begins
  output logic                    busy,
  // The block's beats in order.
  input  logic                    data_valid,
  input  logic [63:0]             data,
  output logic                    data_ready,
  output logic                    error,      // pulse: the bus answered with an error
  // AXI4
  output logic [ADDRESS_BITS-1:0] awaddr,
  output logic [7:0]              awlen,
  output logic                    awvalid,
  input  logic                    awready,
  output logic [63:0]             wdata,
  output logic [7:0]              wstrb,
  output logic                    wlast,
  output logic                    wvalid,
  input  logic                    wready,
  input  logic [1:0]              bresp,
  input  logic                    bvalid,
  output logic                    bready
);
  localparam int LINE_BITS = ADDRESS_BITS - 7;  // numbers of 128 bytes

  logic                    active;
  logic [ADDRESS_BITS-1:3] next;
  logic [28:0]             remaining;   // beats whose burst has not begun
  logic [4:0]              next_beats;
  logic                    next_last;   // of the block's bursts
  logic                    more;        // than one burst after the next
  logic [5:0]              left;        // beats after the next burst, where not
  logic [3:0]              unanswered;  // bursts
  // The data's side follows by itself: its bursts end at the same places.
  logic [3:0]              announced;   // bursts begun whose data have not all gone into `wdata`
  logic [3:0]              place;       // of the next beat in its 128 bytes
  logic [28:0]             to_send;
  logic                    free;        // `wdata` takes a beat
  logic                    send;
  logic                    send_last;

  assign more = remaining[28:6] != 0;
  assign left = remaining[5:0] - {1'b0, next_beats};
  assign issue = active && !stop && (!awvalid || awready) && !unanswered[3];
  assign free = !wvalid || wready;
  assign data_ready = free && announced != 0;
  assign send = data_ready && (data_valid || stop);
  assign send_last = place == 4'd15 || to_send == 29'd1;
  assign busy = active || awvalid || wvalid || unanswered != 0;

  // The first burst ends at a multiple of 128 bytes, or with the block.
  logic [4:0] room;
  assign room = 5'd16 - {1'b0, address[6:3]};

  always_ff @(posedge aclk) begin
    if (start) begin
      next <= address[ADDRESS_BITS-1:3];
      remaining <= beats;
      next_beats <= beats < {24'd0, room} ? {1'b0, beats[3:0]} : room;
      next_last <= beats <= {24'd0, room};
    end else if (issue) begin
      next <= {next[ADDRESS_BITS-1:7] + LINE_BITS'(1), 4'd0};
      remaining <= remaining - {24'd0, next_beats};
      next_beats <= more || left >= 6'd16 ? 5'd16 : left[4:0];
      next_last <= !more && left <= 6'd16;
    end
    if (issue) begin
      awaddr <= {next, 3'd0};
      awlen <= {3'd0, next_beats - 5'd1};
    end
    if (start) begin
      place <= address[6:3];
      to_send <= beats;
    end else if (send) begin
      place <= place + 4'd1;
      to_send <= to_send - 29'd1;
    end
    if (send) begin
      wdata <= data;
      wstrb <= {8{!stop}};
      wlast <= send_last;
    end
  end

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      active <= 1'b0;
      awvalid <= 1'b0;
      wvalid <= 1'b0;
      unanswered <= 4'd0;
      announced <= 4'd0;
      error <= 1'b0;
      bready <= 1'b0;
    end else begin
      bready <= 1'b1;
      if (stop) active <= 1'b0;
      else if (start) active <= 1'b1;
      else if (issue && next_last) active <= 1'b0;
      if (issue) awvalid <= 1'b1;
      else if (awready) awvalid <= 1'b0;
      if (send) wvalid <= 1'b1;
      else if (wready) wvalid <= 1'b0;
      announced <= announced + {3'd0, issue} - {3'd0, send && send_last};
      unanswered <= unanswered + {3'd0, issue} - {3'd0, bvalid && bready};
      error <= bvalid && bready && bresp[1] && !stop;
    end
  end

  // BRESP's low bit tells only OKAY from EXOKAY, and SLVERR from DECERR.
  logic unused;
  assign unused = &{1'b0, bresp[0], address[2:0]};
endmodule
