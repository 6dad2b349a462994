// Light and fog for a processor: one sun, one sky, no shadows, no highlights.
// The same sums as Bevy's own material would do, without the hundred things it can do besides.

#import bevy_pbr::forward_io::VertexOutput
#import bevy_pbr::mesh_view_bindings::view

struct Plain {
    // Direction towards the sun; brightness of what faces it.
    sun: vec4<f32>,
    // Brightness of what the sky alone lights; last: how much of the fog is seen.
    sky: vec4<f32>,
    // Colour of the fog; last: its density, 1/m.
    fog: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> plain: Plain;

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
    let facing = max(dot(normalize(in.world_normal), plain.sun.xyz), 0.0);
    let light = plain.sky.rgb + vec3<f32>(plain.sun.w * facing);
#ifdef VERTEX_COLORS
    let lit = in.color.rgb * light;
#else
    let lit = light;
#endif
    let far = distance(in.world_position.xyz, view.world_position.xyz);
    let left = exp(-plain.fog.w * far);
    return vec4<f32>(mix(plain.fog.rgb, lit, left), 1.0);
}
