using System.Text.Json;
using Secronna.Cli.Commands.Import;
using Secronna.Cli.Output;
using Secronna.Client.Http;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Cli.Commands.Import;

/// <summary>How the writes of an import are grouped into batches.</summary>
public sealed class ImportBatchesTests
{
    [Theory]
    [InlineData(0, 10, 'x', "")]
    [InlineData(500, 10, 'x', "500")]
    [InlineData(1_001, 10, 'x', "500 500 1")]
    [InlineData(140, 65_536, 'x', "63 63 14")]
    [InlineData(22, 65_536, '"', "10 10 2")]
    [InlineData(45, 32_768, 'é', "21 21 3")]
    public void A_batch_has_no_more_keys_and_bytes_than_the_server_accepts(int count, int length, char character, string sizes)
    {
        var steps = Enumerable.Range(0, count).Select(i => new ImportStep($"K{i}", new string(character, length), ImportResults.Changed, int.MaxValue)).ToList();
        var batches = ImportBatches.Of(steps).ToList();
        Assert.Equal(sizes, string.Join(' ', batches.Select(batch => batch.Secrets.Count)));
        Assert.Equal(steps.Select(step => (step.Key, step.Value, (int?)step.SeenVersion)), batches.SelectMany(batch => batch.Secrets).Select(write => (write.Key, write.Value, write.ExpectedVersion)));
        Assert.All(batches, batch => Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(batch, ClientJson.Default.BatchRequest).Length, 1, Limits.BatchBodyBytes));
    }
}
