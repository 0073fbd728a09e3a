// A convolution, kernel 3, one row of zeros on every side, of max(0, maps scale + shift): from [B, inputs, height, width] to
// [B, outputs, height, width]. One invocation makes 4x4 pixels of four maps, from 6x6 pixels of every input map.

// [outputs, inputs, 9]
@group(0) @binding(1) var<storage, read_write> kernels: array<f32>;

// Six pixels of a line, as the three columns of a kernel meet them.
struct Line { left: vec4f, middle: vec4f, right: vec4f }

// Six lines, from the one above the block to the one below.
struct Lines { a: Line, b: Line, c: Line, d: Line, e: Line, f: Line }

fn line(start: u32, x: u32, affine: vec2f, inside: f32) -> Line {
  let edges = vec2f(f32(x > 0u), f32(x + 4u < WIDTH));
  let before = vec4u(max(x, 1u) - 1u, x, x + 1u, x + 2u);
  let behind = vec4u(x + 1u, x + 2u, x + 3u, min(x + 4u, WIDTH - 1u));
  let left = pixels(start, before, affine, inside * vec4f(edges.x, 1.0, 1.0, 1.0));
  let right = pixels(start, behind, affine, inside * vec4f(1.0, 1.0, 1.0, edges.y));
  return Line(left, vec4f(left.yzw, right.z), right);
}

// Four pixels of three lines under a kernel.
fn under(first: Line, second: Line, third: Line, place: u32) -> vec4f {
  return first.left * kernels[place] + first.middle * kernels[place + 1u] + first.right * kernels[place + 2u]
    + second.left * kernels[place + 3u] + second.middle * kernels[place + 4u] + second.right * kernels[place + 5u]
    + third.left * kernels[place + 6u] + third.middle * kernels[place + 7u] + third.right * kernels[place + 8u];
}

// Adds an input map under the kernel that begins at a place.
fn added(sum: Square, lines: Lines, place: u32) -> Square {
  return Square(
    sum.a + under(lines.a, lines.b, lines.c, place),
    sum.b + under(lines.b, lines.c, lines.d, place),
    sum.c + under(lines.c, lines.d, lines.e, place),
    sum.d + under(lines.d, lines.e, lines.f, place),
  );
}

@compute @workgroup_size({{invocations}})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let made = block(id.x);
  if (is_outside(made)) { return; }
  let x = 4u * made.column;
  let y = 4u * made.line;

  // The lines around: where there are none, others are read and count as 0.
  let above = (max(y, 1u) - 1u) * WIDTH;
  let below = min(y + 4u, HEIGHT - 1u) * WIDTH;
  let inside_above = f32(y > 0u);
  let inside_below = f32(y + 4u < HEIGHT);

  var first = Square();
  var second = Square();
  var third = Square();
  var fourth = Square();
  for (var input = 0u; input < INPUTS; input++) {
    let start = (made.image * INPUTS + input) * HEIGHT * WIDTH;
    let affine = affine_of(made.image, input);
    let lines = Lines(
      line(start + above, x, affine, inside_above),
      line(start + y * WIDTH, x, affine, 1.0),
      line(start + (y + 1u) * WIDTH, x, affine, 1.0),
      line(start + (y + 2u) * WIDTH, x, affine, 1.0),
      line(start + (y + 3u) * WIDTH, x, affine, 1.0),
      line(start + below, x, affine, inside_below),
    );
    let place = (made.map * INPUTS + input) * 9u;
    first = added(first, lines, place);
    second = added(second, lines, place + 9u * INPUTS);
    third = added(third, lines, place + 18u * INPUTS);
    fourth = added(fourth, lines, place + 27u * INPUTS);
  }
  write(first, made, 0u);
  write(second, made, 1u);
  write(third, made, 2u);
  write(fourth, made, 3u);
}
