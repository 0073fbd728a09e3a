// A transposed convolution, kernel 4, stride 2, one row less on every side, of max(0, maps scale + shift): from
// [B, inputs, height, width] to [B, outputs, 2 height, 2 width]. One invocation makes 4x4 pixels of four maps, from 4x4 pixels of every input map, so
// that a value that was loaded is used often.

const INPUTS = {{inputs}}u;
const OUTPUTS = {{outputs}}u;
const HEIGHT = {{height}}u;
const WIDTH = {{width}}u;
// 1 where every image has a scale and a shift of its own, 0 where one is for all.
const BY_IMAGE = {{by_image}}u;

@group(0) @binding(0) var<storage, read_write> maps: array<f32>;
// [inputs, outputs, 4]: a line of a kernel each.
@group(0) @binding(1) var<storage, read_write> kernels: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> bias: array<f32>;
// [images or 1, inputs]
@group(0) @binding(3) var<storage, read_write> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> shift: array<f32>;
// Four pixels of a line each.
@group(0) @binding(5) var<storage, read_write> result: array<vec4f>;

// Four lines of four pixels.
struct Square { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

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

// Four pixels next to each other, those outside of the map 0.
fn pixels(line: u32, columns: vec4u, affine: vec2f, inside: vec4f) -> vec4f {
  let values = vec4f(maps[line + columns.x], maps[line + columns.y], maps[line + columns.z], maps[line + columns.w]);
  return inside * max(values * affine.x + affine.y, vec4f());
}

fn write(sum: Square, image: u32, map: u32, y: u32, x: u32) {
  let pitch = WIDTH / 2u;
  let place = ((image * OUTPUTS + map) * 2u * HEIGHT + 2u * y) * pitch + x / 2u;
  let level = vec4f(bias[map]);
  result[place] = sum.a + level;
  result[place + pitch] = sum.b + level;
  result[place + 2u * pitch] = sum.c + level;
  result[place + 3u * pitch] = sum.d + level;
}

@compute @workgroup_size({{invocations}})
fn main(@builtin(global_invocation_id) id: vec3u) {
  const COLUMNS = WIDTH / 2u;
  const LINES = HEIGHT / 2u;
  let x = id.x % COLUMNS * 2u;
  let y = id.x / COLUMNS % LINES * 2u;
  let map = id.x / (COLUMNS * LINES) % (OUTPUTS / 4u) * 4u;
  let image = id.x / (COLUMNS * LINES * (OUTPUTS / 4u));
  // How many images there are is no constant: every number of them would be another program to compile.
  if (image * OUTPUTS * HEIGHT * WIDTH >= arrayLength(&result)) { return; }

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
    let start = (image * INPUTS + input) * HEIGHT * WIDTH;
    let row = image * BY_IMAGE * INPUTS + input;
    let affine = vec2f(scale[row], shift[row]);
    let a = pixels(start + above, columns, affine, inside_above);
    let b = pixels(start + y * WIDTH, columns, affine, inside);
    let c = pixels(start + (y + 1u) * WIDTH, columns, affine, inside);
    let d = pixels(start + below, columns, affine, inside_below);
    let near = Square(a.yzzw, b.yzzw, c.yzzw, d.yzzw);
    let far = Square(a.xyyz, b.xyyz, c.xyyz, d.xyyz);
    let place = (input * OUTPUTS + map) * 4u;
    first = added(first, near, far, place);
    second = added(second, near, far, place + 4u);
    third = added(third, near, far, place + 8u);
    fourth = added(fourth, near, far, place + 12u);
  }
  write(first, image, map, y, x);
  write(second, image, map + 1u, y, x);
  write(third, image, map + 2u, y, x);
  write(fourth, image, map + 3u, y, x);
}
