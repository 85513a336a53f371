"""Detect, align, embed and judge faces. The only room that knows dlib and ONNX Runtime."""
