using Secronna.Protocol;
using Secronna.Server.Trail.Reads;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Reads;

/// <summary>The names of readers, and what the API says of readers and days.</summary>
internal sealed class ReadActors
{
    private readonly Dictionary<string, string> names;

    private ReadActors(Dictionary<string, string> names) => this.names = names;

    /// <summary>Finds the names that the keys among the readers have now, revoked keys included.</summary>
    public static async ValueTask<ReadActors> FindAsync(Session session, string workspaceId, IEnumerable<SecretReader> readers) => new(
        await CredentialTable.NamesAsync(session, workspaceId, [.. readers.Where(IsKey).Select(reader => reader.ActorId).Distinct()]));

    /// <summary>A reader as the API gives it.</summary>
    public ReadActorResponse Convert(SecretReader reader) =>
        new(reader.ActorType, reader.ActorId, NameOf(reader)) { Subject = SubjectOf(reader) };

    /// <summary>A reader of a secret as the API gives it.</summary>
    public SecretReaderResponse Convert(SecretReaderRow row) => new(
        row.Reader.ActorType, row.Reader.ActorId, NameOf(row.Reader), new Instant(row.FirstAt), row.FirstSequence, new Instant(row.LastAt))
    {
        Subject = SubjectOf(row.Reader),
    };

    /// <summary>A day as the API gives it.</summary>
    public static ReadDayResponse Convert(ReadDayRow row) => new(ReadDays.Text(row.Day), row.Count, row.Readers);

    private string? NameOf(SecretReader reader) => IsKey(reader) ? names.GetValueOrDefault(reader.ActorId) : null;

    private static string? SubjectOf(SecretReader reader) => reader.Subject.Length == 0 ? null : reader.Subject;

    // Other actors' ids are given by identity providers, which may give one that looks like a key's.
    private static bool IsKey(SecretReader reader) => reader.ActorType is ActorTypes.ApiKey or ActorTypes.AccessKey;
}
