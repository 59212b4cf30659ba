/** The package types its entries but not its bundled file. */
declare module 'echarts/dist/echarts.esm.min' {
  export { init } from 'echarts/core'
}
