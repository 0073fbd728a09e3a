// What the shaders of both convolutions share: where an invocation is, the pixels that it reads, and those that it writes.

const INPUTS = {{inputs}}u;
const OUTPUTS = {{outputs}}u;
const HEIGHT = {{height}}u;
const WIDTH = {{width}}u;
// Blocks of 4x4 pixels in a map of the result, downwards and across.
const LINES = {{lines}}u;
const COLUMNS = {{columns}}u;
// 1 where every image has a scale and a shift of its own, 0 where one is for all.
const BY_IMAGE = {{by_image}}u;

@group(0) @binding(0) var<storage, read_write> maps: array<f32>;
@group(0) @binding(2) var<storage, read_write> bias: array<f32>;
// [images or 1, inputs]
@group(0) @binding(3) var<storage, read_write> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> shift: array<f32>;
// Four pixels of a line each.
@group(0) @binding(5) var<storage, read_write> result: array<vec4f>;

// Four lines of four pixels.
struct Square { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

// What an invocation makes: a block of an image's map, and of the three maps behind it.
struct Block { image: u32, map: u32, line: u32, column: u32 }

fn block(id: u32) -> Block {
  const BLOCKS = LINES * COLUMNS;
  return Block(id / (BLOCKS * (OUTPUTS / 4u)), id / BLOCKS % (OUTPUTS / 4u) * 4u, id / COLUMNS % LINES, id % COLUMNS);
}

// How many images there are is no constant: every number of them would be another program to compile.
fn is_outside(block: Block) -> bool {
  return block.image * OUTPUTS * 4u * LINES * COLUMNS >= arrayLength(&result);
}

// The scale and the shift of an image's input map.
fn affine_of(image: u32, input: u32) -> vec2f {
  let row = image * BY_IMAGE * INPUTS + input;
  return vec2f(scale[row], shift[row]);
}

// Four pixels of a line, scaled and rectified, those outside of the map 0.
fn pixels(line: u32, columns: vec4u, affine: vec2f, inside: vec4f) -> vec4f {
  let values = vec4f(maps[line + columns.x], maps[line + columns.y], maps[line + columns.z], maps[line + columns.w]);
  return inside * max(values * affine.x + affine.y, vec4f());
}

fn write(sum: Square, block: Block, behind: u32) {
  let map = block.map + behind;
  let place = ((block.image * OUTPUTS + map) * LINES + block.line) * 4u * COLUMNS + block.column;
  let level = vec4f(bias[map]);
  result[place] = sum.a + level;
  result[place + COLUMNS] = sum.b + level;
  result[place + 2u * COLUMNS] = sum.c + level;
  result[place + 3u * COLUMNS] = sum.d + level;
}

