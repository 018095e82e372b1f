/** The Hugging Face Hub: which files of a repository a pipeline needs, and where they lie. */
export { type ChooseOptions, chooseFiles, type HubFile } from "./choose.ts";
export { fileAddress, listRepository, type Repository, type RepositoryAddress } from "./listing.ts";
