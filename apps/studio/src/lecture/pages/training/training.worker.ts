import { config } from "zod";
import { serve } from "../../figure/serve.ts";
import { jobs } from "./jobs.ts";

config({ jitless: true }); // the page's policy allows no code from strings

serve(jobs);
