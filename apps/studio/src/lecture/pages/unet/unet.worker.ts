import { serve } from "../../figure/serve.ts";
import { attentionJobs } from "./attention-jobs.ts";
import { jobs } from "./jobs.ts";

serve({ ...jobs, ...attentionJobs });
