export { begin, input, restsAge, textsAge } from './interning'
export { read, records } from './outline'
