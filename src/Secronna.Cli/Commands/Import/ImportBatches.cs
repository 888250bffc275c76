using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Import;

/// <summary>Groups writes into batches that keep the server's limits on keys and on bytes.</summary>
internal static class ImportBatches
{
    // Room for the JSON names and punctuation of one write, and for the longest number.
    private const int BytesAround = 64;

    /// <summary>The batches, in the order of the steps.</summary>
    public static IEnumerable<BatchRequest> Of(IEnumerable<ImportStep> steps)
    {
        var writes = new List<WriteSecretRequest>();
        var bytes = BytesAround;
        foreach (var step in steps)
        {
            var more = JsonBytes(step);
            if (writes.Count == Limits.BatchKeys || (writes.Count > 0 && bytes + more > Limits.BatchBodyBytes))
            {
                yield return new BatchRequest(writes, null);
                (writes, bytes) = ([], BytesAround);
            }

            writes.Add(new WriteSecretRequest(step.Key, step.Value, step.SeenVersion, null));
            bytes += more;
        }

        if (writes.Count > 0)
        {
            yield return new BatchRequest(writes, null);
        }
    }

    // The size is counted as JSON. In JSON an escaped character takes up to three times its bytes of UTF-8, and a quote takes six
    // bytes.
    private static int JsonBytes(ImportStep step) => step.Key.Length + JsonEncodedText.Encode(step.Value).EncodedUtf8Bytes.Length + BytesAround;
}
