// Sends a file as a program with tus-js-client would: argv[2] is JSON with what to do. Prints the upload's address.
const fs = require("node:fs");
const { createRequire } = require("node:module");

const wanted = JSON.parse(process.argv[2]);
const tus = createRequire(`${wanted.modules}/`)("tus-js-client");

function send(stopAfter) {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(fs.createReadStream(wanted.file), {
      endpoint: wanted.endpoint,
      headers: { Authorization: `Bearer ${wanted.token}` },
      metadata: { filename: "notes.txt", document: wanted.document },
      chunkSize: wanted.chunkSize,
      parallelUploads: wanted.parallelUploads || 1,
      uploadDataDuringCreation: Boolean(wanted.withCreation),
      urlStorage: new tus.FileUrlStorage(wanted.remembered),
      retryDelays: [0, 200, 1000],
      onError: reject,
      onSuccess: () => resolve(upload.url),
      onChunkComplete: (_size, accepted) => {
        if (stopAfter && accepted >= stopAfter) upload.abort().then(() => resolve(null), reject);
      },
    });
    upload.findPreviousUploads().then((before) => {
      if (before.length) upload.resumeFromPreviousUpload(before[0]);
      upload.start();
    }, reject);
  });
}

(wanted.stopAfter ? send(wanted.stopAfter).then(() => send(0)) : send(0)).then(
  (url) => console.log(url),
  (error) => {
    console.error(String(error));
    process.exit(1);
  },
);
