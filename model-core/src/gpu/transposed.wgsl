// A transposed convolution, kernel 4, stride 2, one row less on every side, of max(0, maps scale + shift): from
// [B, inputs, height, width] to [B, outputs, 2 height, 2 width]. One invocation makes 4x4 pixels of four maps, from 4x4 pixels of every input map, so
// that a value that was loaded is used often.

// [inputs, outputs, 4]: a line of a kernel each.
@group(0) @binding(1) var<storage, read_write> kernels: array<vec4f>;

// What a line of the input adds to a line of the output: of every two of the kernel's columns, one meets the nearer
// pixel and one the farther.
fn line(near: vec4f, far: vec4f, kernel: vec4f) -> vec4f {
  return near * kernel.yxyx + far * kernel.wzwz;
}

// Adds an input map under the kernel that begins at a place; lines meet as columns do.
fn added(sum: Square, near: Square, far: Square, place: u32) -> Square {
  let first = kernels[place];
  let second = kernels[place + 1u];
  let third = kernels[place + 2u];
  let fourth = kernels[place + 3u];
  return Square(
    sum.a + line(near.b, far.b, second) + line(near.a, far.a, fourth),
    sum.b + line(near.c, far.c, first) + line(near.b, far.b, third),
    sum.c + line(near.c, far.c, second) + line(near.b, far.b, fourth),
    sum.d + line(near.d, far.d, first) + line(near.c, far.c, third),
  );
}

@compute @workgroup_size({{invocations}})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let made = block(id.x);
  if (is_outside(made)) { return; }
  let x = 2u * made.column;
  let y = 2u * made.line;

  // The pixels around: where there are none, others are read and count as 0.
  let columns = vec4u(max(x, 1u) - 1u, x, x + 1u, min(x + 2u, WIDTH - 1u));
  let above = (max(y, 1u) - 1u) * WIDTH;
  let below = min(y + 2u, HEIGHT - 1u) * WIDTH;
  let inside = vec4f(f32(x > 0u), 1.0, 1.0, f32(x + 2u < WIDTH));
  let inside_above = inside * f32(y > 0u);
  let inside_below = inside * f32(y + 2u < HEIGHT);

  var first = Square();
  var second = Square();
  var third = Square();
  var fourth = Square();
  for (var input = 0u; input < INPUTS; input++) {
    let start = (made.image * INPUTS + input) * HEIGHT * WIDTH;
    let affine = affine_of(made.image, input);
    let a = pixels(start + above, columns, affine, inside_above);
    let b = pixels(start + y * WIDTH, columns, affine, inside);
    let c = pixels(start + (y + 1u) * WIDTH, columns, affine, inside);
    let d = pixels(start + below, columns, affine, inside_below);
    let near = Square(a.yzzw, b.yzzw, c.yzzw, d.yzzw);
    let far = Square(a.xyyz, b.xyyz, c.xyyz, d.xyyz);
    let place = (input * OUTPUTS + made.map) * 4u;
    first = added(first, near, far, place);
    second = added(second, near, far, place + 4u);
    third = added(third, near, far, place + 8u);
    fourth = added(fourth, near, far, place + 12u);
  }
  write(first, made, 0u);
  write(second, made, 1u);
  write(third, made, 2u);
  write(fourth, made, 3u);
}
