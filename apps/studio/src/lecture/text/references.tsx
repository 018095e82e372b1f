/** The papers of the lecture. */
const references = {
  sohl2015: {
    text: "Sohl-Dickstein et al., Deep Unsupervised Learning using Nonequilibrium Thermodynamics, 2015",
    arxiv: "1503.03585",
  },
  ho2020: { text: "Ho, Jain, Abbeel, Denoising Diffusion Probabilistic Models, 2020", arxiv: "2006.11239" },
  song2021: { text: "Song, Meng, Ermon, Denoising Diffusion Implicit Models, 2021", arxiv: "2010.02502" },
  score2021: {
    text: "Song et al., Score-Based Generative Modeling through Stochastic Differential Equations, 2021",
    arxiv: "2011.13456",
  },
  nichol2021: {
    text: "Nichol, Dhariwal, Improved Denoising Diffusion Probabilistic Models, 2021",
    arxiv: "2102.09672",
  },
  kingma2021: { text: "Kingma et al., Variational Diffusion Models, 2021", arxiv: "2107.00630" },
  rombach2022: {
    text: "Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models, 2022",
    arxiv: "2112.10752",
  },
  karras2022: {
    text: "Karras et al., Elucidating the Design Space of Diffusion-Based Generative Models, 2022",
    arxiv: "2206.00364",
  },
  lin2024: {
    text: "Lin et al., Common Diffusion Noise Schedules and Sample Steps are Flawed, 2024",
    arxiv: "2305.08891",
  },
  liu2023: { text: "Liu, Gong, Liu, Flow Straight and Fast, 2023", arxiv: "2209.03003" },
  xu2022: { text: "Xu et al., GeoDiff, 2022", arxiv: "2203.02923" },
  salimans2022: {
    text: "Salimans, Ho, Progressive Distillation for Fast Sampling of Diffusion Models, 2022",
    arxiv: "2202.00512",
  },
  guidance2022: { text: "Ho, Salimans, Classifier-Free Diffusion Guidance, 2022", arxiv: "2207.12598" },
  lu2022: { text: "Lu et al., DPM-Solver++, 2022", arxiv: "2211.01095" },
  efron2011: { text: "Efron, Tweedie's Formula and Selection Bias, 2011", doi: "10.1198/jasa.2011.tm11181" },
  ronneberger2015: {
    text: "Ronneberger, Fischer, Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015",
    arxiv: "1505.04597",
  },
  vaswani2017: { text: "Vaswani et al., Attention Is All You Need, 2017", arxiv: "1706.03762" },
  hertz2022: {
    text: "Hertz et al., Prompt-to-Prompt Image Editing with Cross Attention Control, 2022",
    arxiv: "2208.01626",
  },
  radford2021: {
    text: "Radford et al., Learning Transferable Visual Models From Natural Language Supervision, 2021",
    arxiv: "2103.00020",
  },
  sennrich2016: {
    text: "Sennrich, Haddow, Birch, Neural Machine Translation of Rare Words with Subword Units, 2016",
    arxiv: "1508.07909",
  },
  xiao2022: {
    text: "Xiao, Kreis, Vahdat, Tackling the Generative Learning Trilemma with Denoising Diffusion GANs, 2022",
    arxiv: "2112.07804",
  },
  kingma2014: { text: "Kingma, Welling, Auto-Encoding Variational Bayes, 2014", arxiv: "1312.6114" },
  goodfellow2014: { text: "Goodfellow et al., Generative Adversarial Networks, 2014", arxiv: "1406.2661" },
  mescheder2018: {
    text: "Mescheder, Geiger, Nowozin, Which Training Methods for GANs do actually Converge?, 2018",
    arxiv: "1801.04406",
  },
  kynkaanniemi2019: {
    text: "Kynkäänniemi et al., Improved Precision and Recall Metric for Assessing Generative Models, 2019",
    arxiv: "1904.06991",
  },
  naeem2020: {
    text: "Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models, 2020",
    arxiv: "2002.09797",
  },
  guo2023: {
    text: "Guo et al., AnimateDiff: Animate Your Personalized Text-to-Image Diffusion Models without Specific Tuning, 2023",
    arxiv: "2307.04725",
  },
  ho2022: { text: "Ho et al., Video Diffusion Models, 2022", arxiv: "2204.03458" },
  shoemake1985: { text: "Shoemake, Animating Rotation with Quaternion Curves, 1985", doi: "10.1145/325334.325242" },
} as const;

/** The name of a paper. */
export type ReferenceName = keyof typeof references;

/** A paper, and where in it to look. */
export interface Citation {
  readonly paper: ReferenceName;
  /** "equations 4 and 7" */
  readonly at?: string;
}

const addressOf = (paper: { readonly arxiv?: string; readonly doi?: string }): string =>
  paper.arxiv ? `https://arxiv.org/abs/${paper.arxiv}` : `https://doi.org/${paper.doi}`;

/** The papers of a page. */
export const References = ({ citations }: { readonly citations: readonly Citation[] }) => (
  <section className="references" aria-labelledby="references-title">
    <h2 id="references-title">References</h2>
    <ol>
      {citations.map(({ paper, at }) => (
        <li key={`${paper} ${at}`}>
          <a href={addressOf(references[paper])} rel="noreferrer">
            {references[paper].text}
          </a>
          {at && `, ${at}`}
        </li>
      ))}
    </ol>
  </section>
);
