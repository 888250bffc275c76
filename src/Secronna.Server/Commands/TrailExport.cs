using System.Text.Json;
using Secronna.Protocol;
using Secronna.Server.Features.Backup;
using Secronna.Server.MasterKeys;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>Reads a file that <c>secronna-server audit</c> wrote: one entry a line, oldest first within a trail.</summary>
internal static class TrailExport
{
    private static readonly byte[] SqliteHeader = "SQLite format 3\0"u8.ToArray();

    /// <summary>Whether a file is a SQLite database, and not an export.</summary>
    /// <exception cref="SettingsException">There is no such file.</exception>
    public static bool IsSqlite(string file)
    {
        if (!File.Exists(file))
        {
            throw new SettingsException($"there is no file {file} that this user may read");
        }

        using var stream = File.OpenRead(file);
        var header = new byte[SqliteHeader.Length];
        return stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header.AsSpan().SequenceEqual(SqliteHeader);
    }

    /// <summary>Reads how far each trail goes, and its epochs.</summary>
    /// <exception cref="SettingsException">A line is no entry.</exception>
    public static async Task<Dictionary<string, TrailHistory>> ReadHistoriesAsync(string file)
    {
        var found = new Dictionary<string, TrailHistory>(StringComparer.Ordinal);
        await foreach (var (id, entry) in ReadAsync(file))
        {
            var history = found.GetValueOrDefault(id) ?? new TrailHistory(0, []);
            IEnumerable<TrailEpoch> begun = entry is { Action: AuditActions.TrailEpoch, Metadata.Epoch: { } epoch }
                ? [new TrailEpoch(epoch, entry.Sequence)]
                : [];
            found[id] = new TrailHistory(Math.Max(history.Size, entry.Sequence), [.. history.Epochs, .. begun]);
        }

        return found;
    }

    /// <summary>Reads the entries and their workspaces.</summary>
    /// <exception cref="SettingsException">A line is no entry.</exception>
    public static async IAsyncEnumerable<(string WorkspaceId, AuditResponse Entry)> ReadAsync(string file)
    {
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(file))
        {
            number++;
            var entry = Parse(line) ?? throw new SettingsException($"line {number} of {file} is not a line of secronna-server audit");
            yield return (entry.WorkspaceId ?? EncodedEntry.Installation, entry.Entry);
        }
    }

    private static AuditLine? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, CommandJson.Default.AuditLine) is { Entry.Metadata: not null } entry ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
