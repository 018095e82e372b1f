import { serve } from "../../figure/serve.ts";
import { jobs } from "./draw-jobs.ts";

serve(jobs);
