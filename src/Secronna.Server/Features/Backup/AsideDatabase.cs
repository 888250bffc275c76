using System.Globalization;

namespace Secronna.Server.Features.Backup;

/// <summary>The names of databases that restores have moved aside. They are in the order of the restores.</summary>
internal static class AsideDatabase
{
    private const string Mark = ".aside-";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>The database that the last restore moved aside; <c>null</c> if there is none.</summary>
    public static string? FindLast(string database) => All(database).LastOrDefault(File.Exists);

    /// <summary>A name that comes after all that are there, also where the clock was set back.</summary>
    public static string NextName(string database, DateTimeOffset now)
    {
        var name = NameOf(database, now);
        return All(database).LastOrDefault() is { } last && string.CompareOrdinal(name, last) <= 0
            ? NameOf(database, TimeOf(last)!.Value.AddSeconds(1))
            : name;
    }

    private static string NameOf(string database, DateTimeOffset time) =>
        database + Mark + time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    // The name of an unfinished move counts too: its log may be there without its database.
    private static IEnumerable<string> All(string database) =>
        Path.GetDirectoryName(database) is not { } folder || !Directory.Exists(folder)
            ? []
            : Directory.EnumerateFiles(folder, Path.GetFileName(database) + Mark + "*").Select(WithoutPart)
                .Where(file => TimeOf(file) is not null).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static string WithoutPart(string file) =>
        file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("-shm", StringComparison.Ordinal) ? file[..^4] : file;

    private static DateTimeOffset? TimeOf(string file) => DateTimeOffset.TryParseExact(
        file[(file.LastIndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..], TimeFormat, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
