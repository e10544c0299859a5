import { gymBench } from "./bench/gym.ts";
import { lint } from "./src/gym/index.ts";
if (process.argv[2]==="lint") { const t=performance.now(); const r = await lint(undefined,{seeds:Number(process.argv[3]??1)}); console.log(String(r), performance.now()-t); }
else await gymBench({ quick:true, wanted:()=>true, log:console.log, row: async (n:string,w:any)=>console.log(n, JSON.stringify(await w()))} as never);
