/** The grey of a frame, whole or in part, for worker.js; a script of its worker, not a module. */
self.pixels = (() => {
  let canvas, context

  /** Return { data, width, height, stride } of the frame, and close it. */
  async function greyOf(frame) {
    try {
      return isPlain(frame) ? await brightness(frame) : painted(frame)
    } finally {
      frame.close()
    }
  }

  // A camera's frame has its brightness in a plane of its own: no picture has to be painted first.
  function isPlain(frame) {
    const isPlanar = ["I420", "I420A", "NV12"].includes(frame.format)
    return isPlanar && !frame.rotation && !frame.flip && frame.visibleRect.width === frame.displayWidth
  }

  async function brightness(frame) {
    const data = new Uint8Array(frame.allocationSize())
    const [{ offset, stride }] = await frame.copyTo(data)
    return { data: data.subarray(offset), width: frame.displayWidth, height: frame.displayHeight, stride }
  }

  function painted(frame) {
    const width = frame.displayWidth ?? frame.width, height = frame.displayHeight ?? frame.height
    if (canvas?.width !== width || canvas.height !== height) {
      canvas = new OffscreenCanvas(width, height)
      context = canvas.getContext("2d", { willReadFrequently: true })
    }
    context.drawImage(frame, 0, 0)
    const { data: coloured } = context.getImageData(0, 0, width, height)
    const data = new Uint8Array(width * height)
    for (let at = 0, from = 0; at < data.length; at++, from += 4) {
      data[at] = (306 * coloured[from] + 601 * coloured[from + 1] + 117 * coloured[from + 2]) >> 10
    }
    return { data, width, height, stride: width }
  }

  /**
   * Cut out the middle `share` of both sides, averaged `across` by `down` or enlarged; lines as columns if `upright`.
   *
   * `place` leads from a point of the cutting back to the frame.
   */
  function cut(grey, { share = 1, across = 1, down = 1, enlarge = 1, upright = false }) {
    const left = Math.floor((grey.width * (1 - share)) / 2), top = Math.floor((grey.height * (1 - share)) / 2)
    const width = Math.max(1, Math.floor((grey.width - 2 * left) / across))
    const height = Math.max(1, Math.floor((grey.height - 2 * top) / down))
    const part = { left, top, width, height }
    const cutting = enlarge > 1 ? enlarged(grey, part, enlarge) : averaged(grey, part, across, down)
    const place = ({ x, y }) => ({ x: left + (x * across) / enlarge, y: top + (y * down) / enlarge })
    return upright ? { ...turned(cutting), place: ({ x, y }) => place({ x: y, y: x }) } : { ...cutting, place }
  }

  // Of each block its four pixels in the middle: all of them would cost more than reading the code.
  function averaged({ data, stride }, { left, top, width, height }, across, down) {
    const cutting = new Uint8Array(width * height)
    const beside = across > 1 ? 1 : 0, below = down > 1 ? stride : 0
    for (let y = 0, at = 0; y < height; y++) {
      let from = (top + y * down + ((down - 1) >> 1)) * stride + left + ((across - 1) >> 1)
      for (let x = 0; x < width; x++, at++, from += across) {
        cutting[at] = (data[from] + data[from + beside] + data[from + below] + data[from + below + beside]) >> 2
      }
    }
    return { data: cutting, width, height }
  }

  function turned({ data, width, height }) {
    const cutting = new Uint8Array(data.length)
    for (let y = 0, from = 0; y < height; y++) {
      for (let x = 0; x < width; x++, from++) cutting[x * height + y] = data[from]
    }
    return { data: cutting, width: height, height: width }
  }

  // Between the middles of the pixels, so that no bar grows wider than its neighbour.
  function enlarged({ data, stride }, { left, top, width, height }, times) {
    const cutting = new Uint8Array(width * times * height * times)
    for (let y = 0, at = 0; y < height * times; y++) {
      const [row, below] = between(y, times, height)
      for (let x = 0; x < width * times; x++, at++) {
        const [column, beside] = between(x, times, width)
        const from = (top + row) * stride + left + column
        const upper = data[from] + (data[from + 1] - data[from]) * beside
        const lower = data[from + stride] + (data[from + stride + 1] - data[from + stride]) * beside
        cutting[at] = upper + (lower - upper) * below + 0.5
      }
    }
    return { data: cutting, width: width * times, height: height * times }
  }

  function between(at, times, size) {
    const exact = Math.min(Math.max((at + 0.5) / times - 0.5, 0), size - 1)
    const pixel = Math.max(0, Math.min(Math.floor(exact), size - 2))
    return [pixel, exact - pixel]
  }

  return { greyOf, cut }
})()
