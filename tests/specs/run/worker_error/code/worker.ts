throw new Error("from below");
