/** Terms of the lecture, each in a sentence or two. */
export const glossary = {
  noise: "Independent draws from a normal distribution with mean 0 and variance 1, one for every number of the image.",
  schedule: "The function ᾱ(t) that says how much of the image is left at time t. It falls from 1 to 0.",
  "time step": "A number t from 0 to T. 0 is the clean image, T is pure noise. T is 1000 here, as in most papers.",
  "alpha bar":
    "ᾱ: how much of the image is left. √ᾱ multiplies the image, and √(1 − ᾱ) the noise. It is 1 at first and 0 in the end.",
  SNR: "Signal-to-noise ratio: ᾱ / (1 − ᾱ). It is infinite for a clean image and 0 for noise.",
  "forward process": "The Markov chain that adds a little noise in every step: q(xₜ | xₜ₋₁). It has nothing to learn.",
  "reverse process": "The Markov chain that removes the noise again, from pure noise to x₀. Its steps are learned.",
  posterior: "The distribution of xₜ₋₁ if both xₜ and x₀ are known. It is normal, with a known mean and variance.",
  denoiser:
    "A function that estimates the clean image x₀ from xₜ and t. Here it is a neural network, or an exact formula.",
  "posterior mean":
    "The average of all clean images that could have led to xₜ, weighted by how likely each is: E[x₀ | xₜ].",
  score: "The gradient of the logarithm of the density of xₜ. It points to where data is denser.",
  mixture: "A distribution that is a weighted sum of others, here of normal distributions.",
  "normal distribution": "The bell curve, also called Gaussian, with a mean and a variance.",
  KL: "Kullback-Leibler divergence: how much two distributions differ, in bits here. It is 0 only if they are equal.",
  ELBO: "Evidence lower bound: a computable bound on the logarithm of the probability that the model gives to an image.",
  "bits per dimension": "A loss for each color value of an image, in bits. A model that knows nothing needs 8 of them.",
  sampler: "An algorithm that walks from noise to an image in some steps, with the denoiser at each.",
  order: "How fast the error of a sampler falls: with order p, twice as many steps divide it by 2ᵖ.",
  guidance:
    "Classifier-free guidance: the difference that the prompt makes to the estimate is multiplied by the scale.",
  latent: "A compressed form of an image, which an autoencoder turns into pixels.",
  "variance exploding": "Coordinates in which the image keeps its scale and noise of size σ is added: x = x₀ + σε.",
  DDPM: "The sampler of Ho et al. 2020. It adds fresh noise after every step.",
  DDIM: "The sampler of Song et al. 2021. It adds no noise, so that the start decides the image.",
  PSNR: "Peak signal-to-noise ratio in decibels: how close two images are. 6 dB more is half the error.",
  "U-Net": "A network that makes an image smaller in steps and larger again, with connections between equal sizes.",
  "skip connection": "The output of a part on the way down, which a part on the way up reads beside its own input.",
  "cross-attention": "Attention between two things: places of the image ask, tokens of the prompt answer.",
  attention:
    "Each place asks with a query. Where a key fits it, the value of that place is taken over, by a weight from 0 to 1.",
  token: "A word or a part of one, with a number in the tokenizer’s list.",
  CLIP: "Two networks that were trained on images with their captions. Its text encoder turns a prompt into vectors.",
  batch: "The images of one training step. Their errors are averaged.",
  checkpoint: "The weights as they are saved, with all that a training or a program needs to go on from there.",
  channel: "One of the numbers that a layer keeps for every place. The first layer’s are the three colors.",
  autoencoder: "Two networks: the encoder compresses an image to a latent, the decoder makes an image of a latent.",
  VAE: "Variational autoencoder: an encoder turns an image into a distribution of vectors, a decoder makes an image of one.",
  GAN: "Generative adversarial network: a generator and a critic, each trained against the other.",
  "latent vector": "The numbers that an image is made of by a generative model, drawn from a normal distribution.",
  precision: "The share of generated images that lie among the real ones, by features of a classifier.",
  coverage: "The share of real images with a generated one among their neighbors, by features of a classifier.",
  "motion module": "Layers between those of a U-Net in which each place attends to itself in all frames of a clip.",
} as const;

/** A term of the glossary. */
export type GlossaryTerm = keyof typeof glossary;
