// Light and fog for a processor: one sun, one sky, no shadows, no highlights.
// The same sums as Bevy's own material would do, without the hundred things it can do besides.

#import bevy_pbr::forward_io::VertexOutput
#import bevy_pbr::mesh_view_bindings::view

struct Plain {
    // Direction towards the sun; last: how far the air is clear, m.
    sun: vec4<f32>,
    // Brightness of what faces it.
    sun_light: vec4<f32>,
    // Brightness of what the sky alone lights.
    sky: vec4<f32>,
    // Colour of the fog; last: its density, 1/m.
    fog: vec4<f32>,
    // Brightness of what street or tunnel lamps light.
    lamps: vec4<f32>,
    // The own headlights: where they are, and how bright.
    head: vec4<f32>,
    // The direction they look in.
    ahead: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> plain: Plain;

@fragment
fn fragment(in: VertexOutput) -> @location(0) vec4<f32> {
#ifdef VERTEX_COLORS
    let colour = in.color;
#else
    let colour = vec4<f32>(1.0);
#endif
#ifdef SHINES
    // Translucent, and bright enough by itself.
    return colour;
#else
    let normal = normalize(in.world_normal);
    let facing = max(dot(normal, plain.sun.xyz), 0.0);
    var light = plain.sky.rgb + plain.sun_light.rgb * facing;
    light = mix(plain.lamps.rgb, light, min(colour.a, 1.0));
#ifdef HEADLIGHTS
    let beam = in.world_position.xyz - plain.head.xyz;
    let away = dot(beam, beam) + 1.0;
    let along = dot(beam, plain.ahead.xyz);
    let spot = smoothstep(0.72, 0.98, along * abs(along) / away);
    // Surfaces at a grazing angle send more back than a matt one would.
    let toward = 0.35 + 0.65 * max(-dot(normal, beam) * inverseSqrt(away), 0.0);
    light += plain.head.w * spot * toward / (1.0 + away / 900.0);
#endif
    light = mix(light, vec3<f32>(1.0), clamp(colour.a - 1.0, 0.0, 1.0));
    let far = distance(in.world_position.xyz, view.world_position.xyz);
    let left = exp(-plain.fog.w * max(far - plain.sun.w, 0.0));
    return vec4<f32>(mix(plain.fog.rgb, colour.rgb * light, left), 1.0);
#endif
}
