use std::sync::Arc;
use takeover::{scenario::Scenario, sim::Simulation, command::Command};
fn main(){
    let sc = Arc::new(Scenario::load(std::path::Path::new("scenarios/fog_bank.ron")).map_err(|e| e.to_string()).unwrap());
    let mut sim = Simulation::new(sc, 1);
    let t=std::time::Instant::now();
    let mut n=0u64;
    let quiet = std::env::args().nth(1).is_some();
    loop { let f=sim.step(Command::default()); n+=1;
      for e in &f.events { println!("{:7.2} {}", e.time, e.event.describe()); }
      if !quiet && n%200==0 { let lead=f.tracks.iter().find(|t| t.id==0); println!("t {:6.2} s {:7.1} v {:5.2} a {:5.2} off {:5.2} conf {:.2} ({:.2} {:.2} {:.2}) vis {:6.0} lead {:?} truelead {:.1} z {:.3}", f.time, f.ego.s, f.ego.speed, f.ego.acceleration, f.ego.offset, f.confidence.overall, f.confidence.free_space, f.confidence.lanes, f.confidence.objects, f.visibility, lead.map(|l| (l.gap as i32, l.speed as i32, (l.existence*100.0) as i32)), (f.bodies[1].position-f.bodies[0].position).length(), f.bodies[0].position.z);}
      if let Some(e)=f.ended { println!("{e:?} at {} hash {:016x}", f.time, f.hash); break; } }
    println!("{} ticks {:.2} us/tick", n, t.elapsed().as_secs_f64()*1e6/n as f64);
}
