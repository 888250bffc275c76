using Secronna.Cli.Output;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Import;

/// <summary>
/// Compares keys and values with an environment and writes those that differ. Each key is written only if it still has the
/// version that was compared. A failure leaves whole batches written; running the import again continues with the rest.
/// </summary>
/// <param name="environments">The client of the server's environments.</param>
/// <param name="id">The environment's id.</param>
/// <param name="note">Receives a note about how many keys were written before a failure.</param>
internal sealed class EnvironmentImport(EnvironmentsClient environments, string id, Action<string> note)
{
    // The number of values that always fit into one answer, whatever their length.
    private const int RevealKeys = Limits.RevealBytes / Limits.ValueBytes;

    /// <summary>
    /// Compares the file with the environment. Reveals only the keys that are in both the file and the environment.
    /// </summary>
    /// <exception cref="SecronnaException">The caller may not list or reveal the keys.</exception>
    public async Task<IReadOnlyList<ImportStep>> PlanAsync(
        IReadOnlyList<KeyValuePair<string, string>> secrets, CancellationToken cancellation)
    {
        var keys = await ListAsync([.. secrets.Select(secret => secret.Key)], cancellation).ConfigureAwait(false);
        var existing = new Dictionary<string, RevealedSecret>(StringComparer.Ordinal);
        foreach (var chunk in keys.Chunk(RevealKeys))
        {
            foreach (var secret in await RevealAsync(chunk, cancellation).ConfigureAwait(false))
            {
                existing.Add(secret.Key, secret);
            }
        }

        return [.. secrets.Select(secret => Compare(secret.Key, secret.Value, existing.GetValueOrDefault(secret.Key)))];
    }

    /// <summary>Writes the keys that differ, one batch at a time.</summary>
    /// <returns>All keys of the file, in the order of the file.</returns>
    /// <exception cref="SecronnaException">A batch failed. The note says how many keys were written before it.</exception>
    public async Task<IReadOnlyList<ImportedKey>> WriteAsync(IReadOnlyList<ImportStep> steps, CancellationToken cancellation)
    {
        var writes = steps.Where(step => step.IsWrite).ToList();
        var versions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var batch in ImportBatches.Of(writes))
        {
            try
            {
                foreach (var written in await WriteAsync(batch, cancellation).ConfigureAwait(false))
                {
                    versions.Add(written.Key, written.Version);
                }
            }
            catch (Exception exception) when (exception is SecronnaException or OperationCanceledException)
            {
                note(Progress(writes.Count, versions.Count, batch.Secrets.Count, exception));
                throw;
            }
        }

        return [.. steps.Select(step => step.IsWrite ? new ImportedKey(step.Key, step.Result, versions[step.Key]) : step.Planned)];
    }

    private static ImportStep Compare(string key, string value, RevealedSecret? existing) => existing is null
        ? new ImportStep(key, value, ImportResults.Added, 0)
        : new ImportStep(
            key, value, string.Equals(existing.Value, value, StringComparison.Ordinal) ? ImportResults.Unchanged : ImportResults.Changed, existing.Version);

    // A server that refused the batch wrote nothing of it. A server that did not answer may have written all of it.
    private static string Progress(int all, int written, int failed, Exception exception)
    {
        var unknown = exception is SecronnaException { Status: < 500 } ? "" : $", and it is unknown whether the next {failed} were written";
        return $"{written} of {all} keys were written{unknown}. Run the import again: it compares anew and continues with the rest.";
    }

    private ValueTask<List<string>> ListAsync(HashSet<string> wanted, CancellationToken cancellation) =>
        environments.ListSecretsAsync(id, cancellation: cancellation).Select(secret => secret.Key).Where(wanted.Contains).ToListAsync(cancellation);

    private async Task<IReadOnlyList<RevealedSecret>> RevealAsync(string[] keys, CancellationToken cancellation)
    {
        try
        {
            return (await environments.RevealAsync(id, keys, cancellation: cancellation).ConfigureAwait(false)).Secrets;
        }
        catch (SecronnaException exception) when (ImportErrors.IsRefusal(exception))
        {
            throw ImportErrors.OfReveal(exception);
        }
    }

    private async Task<IReadOnlyList<WrittenResponse>> WriteAsync(BatchRequest batch, CancellationToken cancellation)
    {
        try
        {
            return await environments.WriteAllAsync(id, batch, cancellation).ConfigureAwait(false);
        }
        catch (SecronnaException exception) when (ImportErrors.IsRefusal(exception))
        {
            throw ImportErrors.OfWrite(exception);
        }
        catch (SecronnaException exception) when (exception.Code == ErrorCodes.Conflict)
        {
            throw ImportErrors.OfConflict(exception, batch);
        }
    }
}
