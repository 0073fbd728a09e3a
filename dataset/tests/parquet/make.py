#!/usr/bin/env python3
"""Writes the Parquet files beside this one, with pyarrow and Pillow: a flat face of each emotion, in the forms in which sets are distributed."""
import io, json, os
import pyarrow as pa, pyarrow.parquet as pq
from PIL import Image

NAMES = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
HERE = os.path.dirname(os.path.abspath(__file__))


def png(label):
    out = io.BytesIO()
    Image.new("L", (48, 48), 10 * label + 5).save(out, "PNG")
    return out.getvalue()


def write(name, table, **options):
    options = {"compression": "snappy", "write_statistics": False} | options
    pq.write_table(table, os.path.join(HERE, name), **options)


# As the library `datasets` writes images: names in the alphabet's order, which is not FER2013's.
names = sorted(NAMES)
features = {"info": {"features": {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}}}
images = pa.array([{"bytes": png(k), "path": f"{k}.png"} for k in range(7)])
labels = pa.array([names.index(NAMES[k]) for k in range(7)], pa.int64())
table = pa.table({"image": images, "label": labels}).replace_schema_metadata({"huggingface": json.dumps(features)})
write("train-00000-of-00001.parquet", table)
write("test-00000-of-00001.parquet", table, row_group_size=3, data_page_version="2.0")
write("zstd.parquet", table, compression="zstd")
# Plain bytes and labels in words, with a null.
words = pa.table({"img": [png(k) for k in range(7)] + [None], "emotion": NAMES + ["sad"]})
write("words.parquet", words, compression="gzip")
write("numbers.parquet", pa.table({"image": [png(k) for k in range(7)], "label": pa.array(range(7), pa.int32())}), use_dictionary=False, compression="none")
# Numbers kept as strings, and numbers as names, of which none is 0.
strings = [str(k) for k in range(7)]
write("strings.parquet", pa.table({"image": [png(k) for k in range(7)], "label": strings}))
features["info"]["features"]["label"]["names"] = strings[1:]
one = pa.table({"image": [png(k) for k in range(1, 7)], "label": range(6)})
write("from_one.parquet", one.replace_schema_metadata({"huggingface": json.dumps(features)}))
features["info"]["features"]["label"]["names"] = strings[1:] + ["7"]
seven = pa.table({"image": [png(k) for k in range(7)], "label": range(7)})
write("to_seven.parquet", seven.replace_schema_metadata({"huggingface": json.dumps(features)}))
# The table of FER2013.
usages = ["Training", "PublicTest", "PrivateTest"]
rows = [(k, " ".join([str(10 * k + 5)] * 2304), usage) for usage in usages for k in range(7)]
write("fer2013.parquet", pa.table(dict(zip(["emotion", "pixels", "Usage"], map(list, zip(*rows))))))
