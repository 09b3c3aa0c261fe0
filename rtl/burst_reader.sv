// Reads a block of memory as AXI4 bursts of at most 16 beats that never cross a multiple of 128
// bytes, at most eight of them under way. Beats come out in order, one register after the bus.
//
// A burst is asked for only where `space` says that its beats find a place, so `rready` never falls.
module burst_reader #(
  parameter int ADDRESS_BITS = 32
) (
  input  logic                    aclk,
  input  logic                    aresetn,
  // A block: `start` only while not `busy`, `beats` at least 1, `address` a multiple of 8.
  input  logic                    start,
  input  logic [ADDRESS_BITS-1:0] address,
  input  logic [28:0]             beats,
  input  logic                    again,      // the block follows once more after its last burst
  input  logic                    stop,       // ask for no more, drop what still comes
  input  logic [15:0]             space,      // beats that find a place
  output logic                    issue,      // a burst is asked for, of
  output logic [4:0]              issue_beats,
  output logic                    issue_last, // the block's last one
  output logic                    starved,    // nothing is under way, and the next burst has no place
  output logic                    busy,
  output logic                    beat,
  output logic [63:0]             beat_data,
  output logic                    error,      // pulse: the bus answered with an error
  // AXI4
  output logic [ADDRESS_BITS-1:0] araddr,
  output logic [7:0]              arlen,
  output logic                    arvalid,
  input  logic                    arready,
  input  logic [63:0]             rdata,
  input  logic [1:0]              rresp,
  input  logic                    rlast,
  input  logic                    rvalid,
  output logic                    rready
);
  localparam int LINE_BITS = ADDRESS_BITS - 7;  // numbers of 128 bytes

  // The block, kept for `again`.
  logic [ADDRESS_BITS-1:3] base;
  logic [28:0]             total;
  logic [4:0]              first_beats;
  logic                    first_last;
  // The next burst.
  logic                    loaded;  // a block was taken; its first burst is computed in this cycle
  logic                    active;
  logic [ADDRESS_BITS-1:3] next;
  logic [28:0]             remaining;  // beats from the next burst on
  logic [4:0]              next_beats;
  logic                    next_last;  // of the block's bursts
  logic                    more;       // than one burst after the next
  logic [5:0]              left;       // beats after the next burst, where not
  logic [3:0]              outstanding;
  logic                    ended;

  assign more = remaining[28:6] != 0;
  assign left = remaining[5:0] - {1'b0, next_beats};
  assign issue_beats = next_beats;
  assign issue_last = next_last;
  assign issue = active && !stop && (!arvalid || arready) && !outstanding[3]
    && space >= {11'd0, next_beats};
  assign starved = active && !arvalid && outstanding == 0 && space < {11'd0, next_beats};
  assign ended = rvalid && rready && rlast;
  assign busy = loaded || active || arvalid || outstanding != 0 || beat;

  // The first burst ends at a multiple of 128 bytes, or with the block.
  logic [4:0] room, first;
  assign room = 5'd16 - {1'b0, base[6:3]};
  assign first = total < {24'd0, room} ? {1'b0, total[3:0]} : room;

  always_ff @(posedge aclk) begin
    if (start) begin
      base <= address[ADDRESS_BITS-1:3];
      total <= beats;
    end
    if (loaded) begin
      first_beats <= first;
      first_last <= total <= {24'd0, room};
      next <= base;
      remaining <= total;
      next_beats <= first;
      next_last <= total <= {24'd0, room};
    end else if (issue) begin
      if (issue_last) begin
        next <= base;
        remaining <= total;
        next_beats <= first_beats;
        next_last <= first_last;
      end else begin
        next <= {next[ADDRESS_BITS-1:7] + LINE_BITS'(1), 4'd0};
        remaining <= remaining - {24'd0, next_beats};
        next_beats <= more || left >= 6'd16 ? 5'd16 : left[4:0];
        next_last <= !more && left <= 6'd16;
      end
    end
    if (issue) begin
      araddr <= {next, 3'd0};
      arlen <= {3'd0, next_beats - 5'd1};
    end
    if (rvalid && rready) beat_data <= rdata;
  end

  always_ff @(posedge aclk) begin
    if (!aresetn) begin
      loaded <= 1'b0;
      active <= 1'b0;
      arvalid <= 1'b0;
      outstanding <= 4'd0;
      beat <= 1'b0;
      error <= 1'b0;
      rready <= 1'b0;
    end else begin
      rready <= 1'b1;
      loaded <= start && !stop;
      if (stop) active <= 1'b0;
      else if (loaded) active <= 1'b1;
      else if (issue && issue_last && !again) active <= 1'b0;
      if (issue) arvalid <= 1'b1;
      else if (arready) arvalid <= 1'b0;
      outstanding <= outstanding + {3'd0, issue} - {3'd0, ended};
      beat <= rvalid && rready && !stop;
      error <= rvalid && rready && rresp[1] && !stop;
    end
  end

  // RRESP's low bit tells only OKAY from EXOKAY, and SLVERR from DECERR.
  logic unused;
  assign unused = &{1'b0, rresp[0], address[2:0]};
endmodule
