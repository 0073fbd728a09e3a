// max(0, maps scale + shift) of maps [B, C, area]; scale and shift are [rows, C], one row for every image or one for all.

const CHANNELS = {{channels}}u;
// In fours.
const AREA = {{area}}u;
const LENGTH = {{length}}u;
const ROWS = {{rows}}u;

@group(0) @binding(0) var<storage, read_write> maps: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> scale: array<f32>;
@group(0) @binding(2) var<storage, read_write> shift: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;

@compute @workgroup_size({{invocations}})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= LENGTH) { return; }
  let channel = id.x / AREA % (ROWS * CHANNELS);
  result[id.x] = max(maps[id.x] * scale[channel] + shift[channel], vec4f());
}
