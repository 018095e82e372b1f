import { serve } from "../../figure/serve.ts";
import { jobs } from "./mixture-jobs.ts";

serve(jobs);
