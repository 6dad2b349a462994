// A block codec in short; codec.rs says what for. Every figure here is a setting of this picture.

#import bevy_core_pipeline::fullscreen_vertex_shader::FullscreenVertexOutput

struct Codec {
    coarseness: f32,
    damage: f32,
    seed: f32,
    // Side of a macroblock, px.
    block: f32,
    size: vec2<f32>,
    // Macroblocks in a slice.
    slice: f32,
    unused: f32,
}

@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var nearest: sampler;
@group(0) @binding(2) var<uniform> codec: Codec;

// A number from 0 to 1 for a place and a picture.
fn chance(place: vec2<f32>, seed: f32) -> f32 {
    let p = fract(vec3<f32>(place.x, place.y, seed) * vec3<f32>(0.1031, 0.1130, 0.0973));
    let q = p + dot(p, p.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

// Codecs work on luma and chroma as they are on the screen (BT.709), not on light.
fn encoded(light: vec3<f32>) -> vec3<f32> {
    let rgb = pow(max(light, vec3<f32>(0.0)), vec3<f32>(1.0 / 2.2));
    let y = dot(rgb, vec3<f32>(0.2126, 0.7152, 0.0722));
    return vec3<f32>(y, (rgb.b - y) / 1.8556, (rgb.r - y) / 1.5748);
}

fn decoded(yuv: vec3<f32>) -> vec3<f32> {
    let r = yuv.x + 1.5748 * yuv.z;
    let b = yuv.x + 1.8556 * yuv.y;
    let g = (yuv.x - 0.2126 * r - 0.0722 * b) / 0.7152;
    return pow(clamp(vec3<f32>(r, g, b), vec3<f32>(0.0), vec3<f32>(1.0)), vec3<f32>(2.2));
}

fn at(p: vec2<i32>) -> vec3<f32> {
    let last = vec2<i32>(codec.size) - vec2<i32>(1);
    return textureLoad(picture, clamp(p, vec2<i32>(0), last), 0).rgb;
}

// Mean of a square of the picture, by sixteen of its pixels.
fn mean(corner: vec2<i32>, side: i32) -> vec3<f32> {
    var sum = vec3<f32>(0.0);
    let step = max(side / 4, 1);
    for (var y = 0; y < 4; y += 1) {
        for (var x = 0; x < 4; x += 1) {
            sum += at(corner + vec2<i32>(x, y) * step + vec2<i32>(step / 2));
        }
    }
    return encoded(sum / 16.0);
}

fn quantised(value: vec3<f32>, step: vec3<f32>) -> vec3<f32> {
    return round(value / step) * step;
}

@fragment
fn fragment(in: FullscreenVertexOutput) -> @location(0) vec4<f32> {
    let pixel = vec2<i32>(in.position.xy);
    let side = i32(codec.block);
    let block = pixel / side;
    let slice = vec2<f32>(floor(f32(block.x) / codec.slice), f32(block.y));
    if chance(slice, codec.seed) < codec.damage {
        // Transparent: what was there stays.
        return vec4<f32>(0.0);
    }
    let own = at(pixel);
    if codec.coarseness <= 0.0 {
        return vec4<f32>(own, 1.0);
    }
    let c = codec.coarseness;
    // Coarse means of macroblocks, finer ones of their quarters, and what the pixels add to them.
    let whole = quantised(mean(block * side, side), vec3<f32>(0.01 + 0.05 * c, 0.015 + 0.05 * c, 0.015 + 0.05 * c));
    let part = pixel / (side / 4);
    let quarter = mean(part * (side / 4), side / 4) - whole;
    let detail = encoded(own) - whole - quarter;
    // The quantiser's dead zone grows; at 1 only the means are left.
    let step = vec3<f32>(0.02 + 0.30 * c * c, 0.04 + 0.4 * c, 0.04 + 0.4 * c);
    let middle = quantised(quarter, step * 0.5) * (1.0 - smoothstep(0.85, 1.0, c));
    let fine = quantised(detail, step) * (1.0 - smoothstep(0.55, 0.95, c));
    return vec4<f32>(decoded(whole + middle + fine), 1.0);
}
