import type { EChartsCoreOption } from 'echarts/core'

/**
 * An SVG document. ECharts is loaded with the first chart, from its one minified file: its modules one by one are some hundred files,
 * which take three times as long to load and no less memory.
 */
export async function chartSvg(option: EChartsCoreOption, size: { readonly width: number; readonly height: number }): Promise<string> {
  const { init } = await import('echarts/dist/echarts.esm.min')
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption(option)
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}
