"""PyTorch's side of `just bench-pytorch`: the same networks, passes and arguments as `rsom-benches network`.

Needs torch (`pip install torch`) and nothing else; prints one JSON line: peer, seconds of each pass, peak_mb.
"""
import argparse
import json
import resource
import time

import torch
import torch.nn.functional as F
from torch import nn

WARM_UP = 2


def block(inputs, outputs):
    layers = []
    for channels in (inputs, outputs):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers)


class Unet(nn.Module):
    def __init__(self, depth, wf):
        super().__init__()
        width = [2 ** (wf + level) for level in range(depth)]
        pairs = list(zip(width, width[1:]))
        self.down = nn.ModuleList(block(i, o) for i, o in zip([2] + width, width))
        self.up = nn.ModuleList(nn.ConvTranspose2d(deep, flat, 2, stride=2) for flat, deep in reversed(pairs))
        self.joined = nn.ModuleList(block(deep, flat) for flat, deep in reversed(pairs))
        self.last = nn.Conv2d(width[0], 1, 1)

    def forward(self, x):
        skips = []
        for level in self.down:
            if skips:
                x = F.max_pool2d(x, 2)
            x = level(x)
            skips.append(x)
        skips.pop()
        for index, (up, joined) in enumerate(zip(self.up, self.joined)):
            x = torch.cat([up(x), skips.pop()], dim=1)
            if index > 0:
                x = F.dropout(x, 0.5, self.training)
            x = joined(x)
        return self.last(x)


def fcn7():
    layers, inputs = [], 2
    for outputs in (8, 16, 24, 32, 64, 128):
        layers += [nn.Conv2d(inputs, outputs, 5, padding=2), nn.ReLU()]
        if inputs > 2:
            layers.append(nn.BatchNorm2d(outputs))
        inputs = outputs
    return nn.Sequential(*layers, nn.Conv2d(inputs, 1, 1))


def vessel():
    layers, inputs = [], 2
    for outputs, kernel in ((5, 3), (10, 5), (20, 5), (50, 3)):
        layers += [nn.Conv3d(inputs, outputs, kernel), nn.ReLU()]
        if inputs > 2:
            layers.append(nn.GroupNorm(5, outputs))
        inputs = outputs
    return nn.Sequential(*layers, nn.Conv3d(inputs, 1, 1))


def loss_of(logits, target):
    """Cross-entropy, and for B-scans 100 times the smoothness penalty, summed."""
    loss = F.binary_cross_entropy_with_logits(logits, target, reduction="sum")
    if logits.dim() == 4:
        p = logits.sigmoid()
        mean = F.avg_pool2d(p, (1, 5), stride=1)
        middle = p[..., 2:-2]
        loss = loss + 100 * ((mean - middle).abs() / (1 + middle)).sum()
    return loss


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("net", choices=["unet", "fcn7", "dvn"])
    parser.add_argument("mode", choices=["forward", "train"])
    parser.add_argument("--shape", type=int, nargs="+", required=True)
    for name, default in (("batch", 1), ("depth", 5), ("wf", 6), ("threads", 2), ("runs", 7)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--channels-last", action="store_true", help="the layout of memory that PyTorch advises for convolutions")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    net = {"unet": lambda: Unet(options.depth, options.wf), "fcn7": fcn7, "dvn": vessel}[options.net]()
    x = torch.rand(options.batch, 2, *options.shape)
    if options.channels_last:
        layout = torch.channels_last if x.dim() == 4 else torch.channels_last_3d
        net, x = net.to(memory_format=layout), x.to(memory_format=layout)
    with torch.no_grad():
        target = (net(x) > 0).float()
    adam = torch.optim.Adam(net.parameters(), lr=1e-4)
    net.train(options.mode == "train")
    seconds = []
    for _ in range(options.runs + WARM_UP):
        start = time.perf_counter()
        if options.mode == "forward":
            with torch.inference_mode():
                net(x)
        else:
            adam.zero_grad(set_to_none=True)
            loss_of(net(x), target).backward()
            adam.step()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"peer": f"PyTorch {torch.__version__}", "seconds": seconds[WARM_UP:], "peak_mb": peak}))


main()
