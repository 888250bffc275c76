using System.Globalization;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Storage;
using Secronna.Storage.Tables;

namespace Secronna.IntegrationTests.Trail.Reads;

/// <summary>
/// What is known of the reads of a workspace, as lines of text: computed plainly from all entries, and as the database has it.
/// </summary>
internal static class ReadModel
{
    private const long Day = 86_400_000_000;

    /// <summary>Computes it from the entries, oldest first.</summary>
    public static List<string> Of(IEnumerable<RecordedEntry> trail)
    {
        List<RecordedEntry> reads =
        [
            .. trail.Where(entry => entry.Entry is { Action: "secret.reveal" or "secret.compare", Outcome: "success", SecretId: not null }),
        ];
        List<RecordedEntry> reveals = [.. reads.Where(entry => entry.Entry.Action == "secret.reveal")];
        return Sorted(
        [
            .. reveals.GroupBy(entry => entry.Entry.SecretId).Select(secret => Line(
                "last", secret.Key, secret.Last().CreatedAt, ReaderOf(secret.Last()), secret.Select(ReaderOf).Distinct().Count())),
            .. reveals.GroupBy(entry => (entry.Entry.SecretId, DayOf(entry))).Select(day => Line(
                "day", day.Key.SecretId, day.Key.Item2, day.Count(), day.Select(ReaderOf).Distinct().Count())),
            .. reveals.GroupBy(DayOf).Select(day => Line("day", "", day.Key, day.Count(), day.Select(ReaderOf).Distinct().Count())),
            .. reveals.GroupBy(entry => (entry.Entry.SecretId, DayOf(entry), entry.Entry.Version)).Select(version => Line(
                "version", version.Key.SecretId, version.Key.Item2, version.Key.Version, version.Count())),
            .. reads.GroupBy(entry => (entry.Entry.SecretId, ReaderOf(entry))).Select(reader => Line(
                "reader", reader.Key.SecretId, reader.Key.Item2, reader.First().CreatedAt, reader.First().Sequence, reader.Last().CreatedAt)),
        ]);
    }

    /// <summary>Reads it from the database.</summary>
    public static async Task<List<string>> ReadAsync(TestStorage storage, IEnumerable<string> secretIds) => await storage.ReadAsync(async session =>
    {
        var lines = new List<string>();
        List<string> ids = [.. secretIds];
        foreach (var (id, read) in await SecretReadTable.FindAsync(session, TestStorage.Workspace, ids))
        {
            lines.Add(Line("last", id, read.LastAt, read.LastBy, read.Readers));
        }

        foreach (var id in ids.Append(""))
        {
            lines.AddRange((await SecretReadDayTable.ListAsync(session, TestStorage.Workspace, id, 0))
                .Select(row => Line("day", id, row.Day, row.Count, row.Readers)));
            lines.AddRange((await SecretReadVersionTable.ListAsync(session, TestStorage.Workspace, id, null, 0, 10_000))
                .Select(row => Line("version", id, row.Day, row.Version, row.Count)));
        }

        foreach (var id in ids)
        {
            lines.AddRange((await SecretReaderTable.ListAsync(session, TestStorage.Workspace, id, long.MaxValue, 10_000))
                .Select(row => Line("reader", id, row.Reader, row.FirstAt, row.FirstSequence, row.LastAt)));
        }

        return Sorted(lines);
    });

    private static SecretReader ReaderOf(RecordedEntry entry) =>
        new(entry.Entry.ActorType, entry.Entry.ActorId, entry.Entry.Subject ?? "");

    private static long DayOf(RecordedEntry entry) => entry.CreatedAt / Day;

    private static string Line(params object?[] fields) =>
        string.Join(' ', fields.Select(field => Convert.ToString(field, CultureInfo.InvariantCulture)));

    private static List<string> Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];
}
