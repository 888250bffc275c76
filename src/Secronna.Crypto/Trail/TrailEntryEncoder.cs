namespace Secronna.Crypto.Trail;

/// <summary>Writes an entry as a CBOR map in the ascending order of its keys.</summary>
internal static class TrailEntryEncoder
{
    /// <summary>
    /// Writes the entry somewhere into the buffer, and returns its bytes. The buffer needs <see cref="TrailText.MaxSizeOf"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A number of the entry is negative.</exception>
    public static ReadOnlySpan<byte> Write(TrailEntry entry, Span<byte> buffer)
    {
        var map = new EntryMapWriter(buffer);
        WriteIndexed(ref map, entry);
        WriteNotIndexed(ref map, entry);
        return map.Finish();
    }

    private static void WriteIndexed(ref EntryMapWriter map, TrailEntry entry)
    {
        map.Id(TrailEntryKey.Id, entry.Id);
        map.Word(TrailEntryKey.ActorType, entry.ActorType, TrailActorTypes.Table);
        map.Id(TrailEntryKey.ActorId, entry.ActorId, TrailText.MaxActorId);
        map.Word(TrailEntryKey.Action, entry.Action, TrailActions.Table);
        WriteOutcome(ref map, entry.Outcome);
        map.Id(TrailEntryKey.RequestId, entry.RequestId);
        map.Id(TrailEntryKey.ProjectId, entry.ProjectId);
        map.Id(TrailEntryKey.EnvironmentId, entry.EnvironmentId);
        map.Id(TrailEntryKey.SecretId, entry.SecretId);
        map.Number(TrailEntryKey.Version, entry.Version);
        map.Hash(TrailEntryKey.BoxHash, entry.BoxHash);
        map.Text(TrailEntryKey.Subject, entry.Subject, TrailText.MaxSubject);
    }

    private static void WriteNotIndexed(ref EntryMapWriter map, TrailEntry entry)
    {
        WriteKeyAndPath(ref map, entry);
        map.Id(TrailEntryKey.TargetId, entry.TargetId);
        map.Text(TrailEntryKey.Name, entry.Name, TrailText.MaxName);
        map.Number(TrailEntryKey.Count, entry.Count);
        map.Address(TrailEntryKey.Ip, entry.Ip);
        map.Text(TrailEntryKey.UserAgent, entry.UserAgent, TrailText.MaxUserAgent);
        map.Text(TrailEntryKey.Reason, entry.Reason, TrailText.MaxReason);
        map.Id(TrailEntryKey.SessionId, entry.SessionId);
        map.Number(TrailEntryKey.Part, entry.Part);
        map.Text(TrailEntryKey.Details, entry.Details, int.MaxValue);
        map.Number(TrailEntryKey.Epoch, entry.Epoch);
    }

    private static void WriteOutcome(ref EntryMapWriter map, string outcome)
    {
        if (TrailOutcomes.Table.NumberOf(outcome) != TrailOutcomes.Success)
        {
            map.Word(TrailEntryKey.Outcome, outcome, TrailOutcomes.Table);
        }
    }

    // The path of a secret ends with "/" and the secret's key. What stands before them is stored alone, as the folder.
    private static void WriteKeyAndPath(ref EntryMapWriter map, TrailEntry entry)
    {
        var key = entry.Key is null ? null : TrailText.Fit(entry.Key, TrailText.MaxKey);
        var path = entry.Path is null ? null : TrailText.Fit(entry.Path, TrailText.MaxPath);
        if (key is not null)
        {
            map.Text(TrailEntryKey.Key, key);
        }

        if (path is not null && key is not null && FolderLength(path, key) is { } length)
        {
            map.Text(TrailEntryKey.Folder, path.AsSpan(0, length));
        }
        else if (path is not null)
        {
            map.Text(TrailEntryKey.Path, path);
        }
    }

    private static int? FolderLength(string path, string key)
    {
        var length = path.Length - key.Length - 1;
        return length >= 0 && path[length] == '/' && path.EndsWith(key, StringComparison.Ordinal) ? length : null;
    }
}
