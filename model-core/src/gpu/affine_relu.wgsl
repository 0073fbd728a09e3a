// max(0, maps scale + shift) of maps [B, C, area]; scale and shift are [B or 1, C].

const CHANNELS = {{channels}}u;
// In fours.
const AREA = {{area}}u;
// 1 where every image has a scale and a shift of its own, 0 where one is for all.
const BY_IMAGE = {{by_image}}u;

@group(0) @binding(0) var<storage, read_write> maps: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> scale: array<f32>;
@group(0) @binding(2) var<storage, read_write> shift: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;

@compute @workgroup_size({{invocations}})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&result)) { return; }
  let map = id.x / AREA;
  let channel = map / CHANNELS * BY_IMAGE * CHANNELS + map % CHANNELS;
  result[id.x] = max(maps[id.x] * scale[channel] + shift[channel], vec4f());
}
