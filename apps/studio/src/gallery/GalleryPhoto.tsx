import { useEffect, useRef, useState } from "react";
import { asError } from "../engine/engine-store.ts";
import { type GalleryImage, readImageOf, readThumbnailOf } from "./gallery-store.ts";

interface GalleryPhotoProps {
  readonly image: GalleryImage;
  readonly alt: string;
  readonly className?: string;
  /** True in lists, which do with smaller images. */
  readonly isSmall?: boolean;
}

/** An image of the gallery, whose file is read when it comes into view. */
export const GalleryPhoto = ({ image, alt, className, isSmall = false }: GalleryPhotoProps) => {
  const { id, recipe } = image;
  const url = image.url ?? (isSmall ? image.thumbnail : undefined);
  const element = useRef<HTMLSpanElement>(null);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (url || !element.current) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      const read = isSmall ? readThumbnailOf : readImageOf;
      read({ id }).catch((error: unknown) => setProblem(asError(error).message));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [id, url, isSmall]);
  if (url) {
    return <img className={className} src={url} alt={alt} width={recipe.width} height={recipe.height} loading="lazy" />;
  }
  return (
    <span ref={element} className="photo-to-come" role="img" aria-label={problem ?? `${alt}, which is being read`}>
      {problem}
    </span>
  );
};
