"""Trains the recogniser until a given time, on shards as they appear, and keeps the best weights.

python -m training.arabic_lines.train arabic SHARDS VALIDATION OUT --minutes 45
"""

from __future__ import annotations

import argparse
import copy
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import distributed, nn

from training.arabic_lines.network import CHARACTERS_OF, COLUMN_PX, LineNetwork

BATCH = 32
PEAK_RATE = 2.5e-3
KEPT_SHARE = 0.998
EVERY_S = 150
TOGETHER_STEPS = 8
"""Processes that train side by side average their weights this often."""


class Shards:
    """The lines made so far; batches hold lines of like width."""

    def __init__(self, folder: Path, characters: str) -> None:
        self._folder, self._loaded, self._lines = folder, set(), []
        self._class = {character: number for number, character in enumerate(characters, start=1)}

    def refresh(self) -> int:
        """Take up shards that have appeared since."""
        for path in sorted(self._folder.glob("[0-9]*.npz")):
            if path.name in self._loaded or ".part" in path.name:
                continue
            held = np.load(path)
            pixels, ends = held["pixels"], np.cumsum(held["widths"])
            starts = ends - held["widths"]
            for start, end, label in zip(starts, ends, held["labels"], strict=True):
                classes = [self._class[c] for c in str(label)]
                if len(classes) * 2 * COLUMN_PX <= (end - start) * 2 and classes:
                    self._lines.append((pixels[:, start:end], classes))
            self._loaded.add(path.name)
        return len(self._lines)

    def batches(self, rng: random.Random, size: int = BATCH):
        """One pass over a random part of the lines."""
        part = rng.sample(self._lines, min(len(self._lines), size * 128))
        part.sort(key=lambda one: one[0].shape[1] + rng.uniform(-12, 12))
        cut = [part[n : n + size] for n in range(0, len(part), size)]
        rng.shuffle(cut)
        yield from cut

    def all_lines(self) -> list[tuple[np.ndarray, list[int]]]:
        """Every line."""
        return self._lines


def stacked(lines: list[tuple[np.ndarray, list[int]]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Lines beside each other in one tensor, and their widths."""
    widths = [picture.shape[1] for picture, _ in lines]
    batch = np.zeros((len(lines), 1, lines[0][0].shape[0], max(widths)), np.float32)
    for number, (picture, _) in enumerate(lines):
        batch[number, 0, :, : widths[number]] = picture
    return torch.from_numpy(batch / 255.0), torch.tensor(widths)


def varied(
    batch: torch.Tensor, widths: torch.Tensor, rng: random.Random
) -> tuple[torch.Tensor, torch.Tensor]:
    """The same lines a little wider, higher, fainter or noisier, so that no pass repeats another."""
    height, width = batch.shape[2:]
    if rng.random() < 0.7:
        across, down = rng.uniform(0.88, 1.14), rng.uniform(0.86, 1.06)
        size = (round(height * down), max(round(width * across / 2) * 2, 16))
        batch = nn.functional.interpolate(batch, size=size, mode="bilinear", align_corners=False)
        widths = (widths * (size[1] / width)).floor().long()
        missing = height - size[0]
        if missing > 0:
            above = rng.randint(0, missing)
            batch = nn.functional.pad(batch, (0, 0, above, missing - above))
        elif missing < 0:
            batch = batch[:, :, -missing // 2 : -missing // 2 + height]
    if rng.random() < 0.4:
        shift = rng.randint(-2, 2)
        batch = torch.roll(batch, shift, 2)
    if rng.random() < 0.5:
        batch = batch.pow(rng.uniform(0.75, 1.3))
    batch = batch * (0.75 + 0.25 * torch.rand(len(batch), 1, 1, 1))
    if rng.random() < 0.3:
        batch = batch + torch.randn_like(batch) * rng.uniform(0.01, 0.08)
    return batch.clamp(0, 1), widths


def judged(network: LineNetwork, lines: list[tuple[np.ndarray, list[int]]]) -> tuple[float, float]:
    """Share of lines exact, and of characters right (1 - edit distance / length), on ``lines``."""
    from rapidfuzz.distance import Levenshtein

    exact = wrong = length = 0
    network.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(lines), 32):
            part = lines[start : start + 32]
            batch, widths = stacked(part)
            best = network(batch).argmax(-1).numpy()
            for row, width, (_, truth) in zip(best, widths.tolist(), part, strict=True):
                columns = row[: (width + 1) // COLUMN_PX]
                read = [int(c) for n, c in enumerate(columns) if c and (n == 0 or c != columns[n - 1])]
                exact += read == truth
                wrong += Levenshtein.distance(read, truth)
                length += len(truth)
    return exact / len(lines), 1 - wrong / length


def averaged(network: LineNetwork, others: int, finished: bool) -> bool:
    """Bring the processes' weights together; tells whether any of them has run out of time."""
    if others < 2:
        return finished
    values = [value for value in network.state_dict().values() if value.dtype.is_floating_point]
    flat = torch.cat([*(value.reshape(-1) for value in values), torch.tensor([float(finished)])])
    distributed.all_reduce(flat)
    with torch.no_grad():
        start = 0
        for value in values:
            value.copy_((flat[start : start + value.numel()] / others).view(value.shape))
            start += value.numel()
    return bool(flat[-1] > 0)


def rate_at(peak: float, steps: int, done: float) -> float:
    """The learning rate: up over the first steps, then down along a cosine until the time is over."""
    return peak * min(1.0, (steps + 1) / 200) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))


def loss_on(
    network: LineNetwork, lines: list[tuple[np.ndarray, list[int]]], rng: random.Random
) -> torch.Tensor:
    """The loss per character on a batch of lines, each a little varied."""
    network.train()
    batch, widths = varied(*stacked(lines), rng)
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(batch.to(memory_format=torch.channels_last))
    columns = torch.clamp((widths + 1) // COLUMN_PX, max=scores.shape[1])
    labels = torch.tensor([c for _, classes in lines for c in classes])
    lengths = torch.tensor([len(classes) for _, classes in lines])
    loss = nn.functional.ctc_loss(
        scores.permute(1, 0, 2), labels, columns, lengths, reduction="none", zero_infinity=True
    )
    return (loss / lengths).mean()


def followed(average: LineNetwork, network: LineNetwork, steps: int) -> None:
    """Bring the running average of the weights a step nearer to them."""
    kept = min(KEPT_SHARE, steps / (steps + 20))
    with torch.no_grad():
        for mean, now in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                mean.lerp_(now, 1 - kept)
            else:
                mean.copy_(now)


class Training:
    """One process's training: its weights, their running average, and the best average so far."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given, self.steps, self.losses, self.best = given, 0, [], 0.0
        characters = CHARACTERS_OF[given.script]
        validation = Shards(given.validation, characters)
        validation.refresh()
        self.checked = sorted(validation.all_lines(), key=lambda one: one[0].shape[1])[::3]
        self.shards = Shards(given.shards, characters)
        while not self.shards.refresh():
            time.sleep(5)
        network = LineNetwork(given.script)
        if given.start:
            held = torch.load(given.start)
            network.load_state_dict(held.get("network", held))
        self.network = network.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=given.peak, weight_decay=0.01)

    def run(self) -> None:
        """Train until the time is over."""
        rng, begun = random.Random(1 + self.given.rank), time.time()
        told, seconds, finished = begun, self.given.minutes * 60, False
        while not finished:
            known = self.shards.refresh()
            for lines in self.shards.batches(rng):
                spent = time.time() - begun
                self._step(lines, rng, min(spent / seconds, 1.0))
                if self.steps % TOGETHER_STEPS == 0:
                    finished = averaged(self.network, self.given.processes, spent >= seconds)
                if finished:
                    break
                if self.given.rank == 0 and time.time() - told > EVERY_S:
                    told = time.time()
                    self._keep(f"{spent / 60:5.1f} min", f"of {known}")
                    state = {
                        "network": self.network.state_dict(),
                        "optimiser": self.optimiser.state_dict(),
                    }
                    torch.save(state, self.given.out / "state.pt")
        if not self.given.rank:
            self._keep("end:", "")

    def _step(self, lines: list[tuple[np.ndarray, list[int]]], rng: random.Random, done: float) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.given.peak, self.steps, done)
        loss = loss_on(self.network, lines, rng)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 3.0)
        self.optimiser.step()
        self.steps += 1
        self.losses.append(float(loss.detach()))
        followed(self.average, self.network, self.steps)

    def _keep(self, when: str, known: str) -> None:
        """Judge the average, tell how well it reads, and keep it if none was better."""
        exact, right = judged(self.average, self.checked)
        recent = self.losses[-200:]
        print(
            f"{when} {self.steps} steps {self.steps * BATCH * self.given.processes} lines {known} loss"
            f" {sum(recent) / max(len(recent), 1):.4f} validation exact {exact:.4f} characters {right:.4f}",
            flush=True,
        )
        torch.save(self.average.state_dict(), self.given.out / "last.pt")
        if exact >= self.best:
            self.best = exact
            torch.save(self.average.state_dict(), self.given.out / "best.pt")


def wanted() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("script", choices=CHARACTERS_OF)
    for name in ("shards", "validation", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights to begin with")
    parser.add_argument("--rank", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--port", type=int, default=29511)
    parser.add_argument("--peak", type=float, default=PEAK_RATE)
    return parser.parse_args()


def main() -> None:
    """Train, telling every few minutes how well it goes."""
    given = wanted()
    torch.set_num_threads(given.threads)
    if given.processes > 1:
        store = f"tcp://127.0.0.1:{given.port}"
        distributed.init_process_group("gloo", store, rank=given.rank, world_size=given.processes)
    torch.manual_seed(1)
    given.out.mkdir(parents=True, exist_ok=True)
    Training(given).run()


if __name__ == "__main__":
    main()
