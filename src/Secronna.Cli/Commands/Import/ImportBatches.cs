using System.Text.Json;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Import;

/// <summary>Writes in batches that a server takes: of at most so many keys, and so many bytes.</summary>
internal static class ImportBatches
{
    // The names of a write's members with their punctuation, and the longest number.
    private const int BytesAround = 64;

    /// <summary>The batches, in the order of the steps.</summary>
    public static IEnumerable<BatchRequest> Of(IEnumerable<ImportStep> steps)
    {
        var writes = new List<WriteSecretRequest>();
        var bytes = BytesAround;
        foreach (var step in steps)
        {
            var more = Bytes(step);
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

    // As JSON has them: an escaped character has up to three times the bytes, and a quote six.
    private static int Bytes(ImportStep step) => step.Key.Length + JsonEncodedText.Encode(step.Value).EncodedUtf8Bytes.Length + BytesAround;
}
