//! Times a training step and a prediction of a U-Net: `cargo run --release -p rsom-nn --example speed -- 4 4 5 224 320 2`
//! (depth, log2 of the first channels, images, rows, columns, threads). With a seventh argument, times single ops.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use candle_core::{DType, Device, Tensor, Var};
use rsom_nn::layers::{BatchNorm2d, Conv2d, ConvTranspose2d};
use rsom_nn::ops::{
    Conv2dConfig, batch_norm_training, concat_channels, conv_transpose2d, conv2d, max_pool2d, relu,
};
use rsom_nn::{Adam, AdamConfig, Builder, Mode, NnError, Optimizer, Parameters, Reduction, loss};

struct Half(Conv2d, BatchNorm2d);

struct UNet {
    down: Vec<[Half; 2]>,
    up: Vec<(ConvTranspose2d, [Half; 2])>,
    last: Conv2d,
}

impl Half {
    fn new(b: &mut Builder, at: usize, channels: [usize; 2]) -> Result<Self, NnError> {
        let same = Conv2dConfig::same(3).with_relu();
        Ok(Self(
            Conv2d::new(&mut b.at(at), channels, 3, same)?,
            BatchNorm2d::new(&mut b.at(at + 2), channels[1])?,
        ))
    }

    fn forward(&self, x: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        self.1.forward(&self.0.forward(x, mode)?, mode)
    }
}

fn block(b: &mut Builder, [inputs, outputs]: [usize; 2]) -> Result<[Half; 2], NnError> {
    Ok([
        Half::new(b, 0, [inputs, outputs])?,
        Half::new(b, 3, [outputs, outputs])?,
    ])
}

impl UNet {
    fn new(parameters: &mut Parameters, depth: usize, wf: usize) -> Result<Self, NnError> {
        let mut b = parameters.builder(0);
        let width: Vec<usize> = (0..depth).map(|i| 1 << (wf + i)).collect();
        let mut down = Vec::new();
        let mut up = Vec::new();
        for i in 0..depth {
            let inputs = if i == 0 { 2 } else { width[i - 1] };
            down.push(block(&mut b.at(format!("down.{i}")), [inputs, width[i]])?);
        }
        for i in (1..depth).rev() {
            let pair = [width[i], width[i - 1]];
            let transposed = ConvTranspose2d::new(&mut b.at(format!("up.{i}.up")), pair, 2)?;
            up.push((transposed, block(&mut b.at(format!("up.{i}")), pair)?));
        }
        let last = Conv2d::new(&mut b.at("last"), [width[0], 1], 1, Conv2dConfig::valid())?;
        Ok(Self { down, up, last })
    }

    fn forward(&self, x: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let mut skips = Vec::new();
        let mut x = x.clone();
        for (i, [a, b]) in self.down.iter().enumerate() {
            x = b.forward(&a.forward(&x, mode)?, mode)?;
            if i + 1 < self.down.len() {
                skips.push(x.clone());
                x = max_pool2d(&x)?;
            }
        }
        for (up, [a, b]) in &self.up {
            let Some(skip) = skips.pop() else { break };
            x = concat_channels(&up.forward(&x, mode)?, &skip)?;
            x = b.forward(&a.forward(&x, mode)?, mode)?;
        }
        self.last.forward(&x, mode)
    }
}

fn median(runs: usize, mut f: impl FnMut()) -> f64 {
    f();
    let mut seconds: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            f();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[runs / 2]
}

fn random(shape: &[usize]) -> Tensor {
    let count: usize = shape.iter().product();
    let values: Vec<f32> = (0..count)
        .map(|i| ((i * 7919) % 1009) as f32 / 500.0 - 1.0)
        .collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn ops(depth: usize, wf: usize, [images, height, width]: [usize; 3]) {
    let step = |name: &str, f: &dyn Fn(&Var) -> Tensor, shape: &[usize], flops: f64| {
        let x = Var::from_tensor(&random(shape)).unwrap();
        let forward = median(7, || drop(f(&x)));
        let y = f(&x);
        let both = median(7, || drop(f(&x).sum_all().unwrap().backward().unwrap()));
        let glue = median(7, || drop(y.zeros_like().unwrap().add(&y).unwrap()));
        let rate = flops / forward / 1e9;
        let back = 2.0 * flops / (both - forward) / 1e9;
        println!(
            "{name:24} {shape:?} forward {:.1} ms ({rate:.0} GF/s), backward {:.1} ms ({back:.0} GF/s), one add {:.1} ms",
            forward * 1e3,
            (both - forward) * 1e3,
            glue * 1e3
        );
    };
    for level in 0..depth {
        let channels = 1 << (wf + level);
        let (h, w) = (height >> level, width >> level);
        let shape = [images, channels, h, w];
        let weight = Var::from_tensor(&random(&[channels, channels, 3, 3])).unwrap();
        let bias = Var::from_tensor(&random(&[channels])).unwrap();
        let flops = 2.0 * 9.0 * (channels * channels * images * h * w) as f64;
        let conv =
            |x: &Var| conv2d(x, &weight, Some(&bias), &Conv2dConfig::same(3).with_relu()).unwrap();
        step("conv", &conv, &shape, flops);
        step(
            "batch norm",
            &|x| batch_norm_training(x, &bias, &bias, 1e-5).unwrap().output,
            &shape,
            0.0,
        );
        step("relu", &|x| relu(x).unwrap(), &shape, 0.0);
        step("max pool", &|x| max_pool2d(x).unwrap(), &shape, 0.0);
        step("concat", &|x| concat_channels(x, x).unwrap(), &shape, 0.0);
        let weight = Var::from_tensor(&random(&[channels, channels / 2, 2, 2])).unwrap();
        let half = Var::from_tensor(&random(&[channels / 2])).unwrap();
        let flops = 4.0 * (channels * channels * images * h * w) as f64;
        step(
            "up",
            &|x| conv_transpose2d(x, &weight, &half).unwrap(),
            &shape,
            flops,
        );
    }
}

fn main() {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .map(|a| a.parse().unwrap())
        .collect();
    let (depth, wf, images) = (numbers[0], numbers[1], numbers[2]);
    let (height, width) = (numbers[3], numbers[4]);
    rayon::ThreadPoolBuilder::new()
        .num_threads(numbers[5])
        .build_global()
        .unwrap();
    if numbers.len() > 6 {
        ops(depth, wf, [images, height, width]);
        return;
    }
    let mut parameters = Parameters::new();
    let net = UNet::new(&mut parameters, depth, wf).unwrap();
    let mut adam = Adam::for_parameters(&parameters, AdamConfig::default()).unwrap();
    let x = random(&[images, 2, height, width]);
    let t = x
        .narrow(1, 0, 1)
        .unwrap()
        .gt(0.0)
        .unwrap()
        .to_dtype(DType::F32)
        .unwrap();
    let mode = Mode::Training { seed: 0, step: 0 };
    let train = median(5, || {
        let loss = |logits: &Tensor| {
            let loss = loss::bce_with_logits(logits, &t, Reduction::Sum)?;
            Ok::<_, candle_core::Error>((loss, ()))
        };
        let (gradients, ()) = rsom_nn::differentiate(|| net.forward(&x, &mode), loss).unwrap();
        adam.step(&gradients).unwrap();
    });
    let predict = median(5, || drop(net.forward(&x, &Mode::Evaluation).unwrap()));
    println!(
        "{} parameters: training step {train:.3} s, prediction {predict:.3} s",
        parameters.count()
    );
}
