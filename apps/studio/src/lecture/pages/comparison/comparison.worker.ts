import { serve } from "../../figure/serve.ts";
import { jobs } from "./jobs.ts";

serve(jobs);
