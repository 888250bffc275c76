using Secronna.Storage.Engine;

namespace Secronna.Storage.Sqlite;

/// <summary>
/// Finds the database's file that this process may not use, because SQLite doesn't name it. Most often root ran a command on the
/// database, and the files that SQLite made for it beside the database belong to root.
/// </summary>
internal static class SqliteFileOwners
{
    private static readonly string[] Suffixes = ["", "-wal", "-shm", "-journal"];

    /// <summary>What to say about a file that this process may not use; <c>null</c> if it may use all of them.</summary>
    public static string? FindProblem(string database)
    {
        foreach (var file in Suffixes.Select(suffix => database + suffix).Where(File.Exists))
        {
            if (!UnixFileStatus.CanReadAndWrite(file) && UnixFileStatus.Of(file) is { } status)
            {
                return $"{file} belongs to {status.OwnerName}, but this program runs as {UnixFileStatus.NameOf(UnixFileStatus.ProcessUser)} "
                    + $"and can't use it: run chown {UnixFileStatus.ProcessUser} {file}, and run commands as the server's user";
            }
        }

        return null;
    }
}
