using System.Text.Json;

namespace Secronna.Cli.Session;

/// <summary>
/// Where the session is kept: <c>~/.secronna/session.json</c>, 0600 in a folder 0700. It is replaced as a whole, so that
/// who reads it never finds half of it.
/// </summary>
internal sealed class SessionFile(string folder)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static SessionFile OfUser => new(System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".secronna"));

    public string Path => System.IO.Path.Combine(folder, "session.json");

    /// <summary>The session; null where there is none.</summary>
    /// <exception cref="CliException">The file is not one, or others can read it.</exception>
    public SavedSession? Read()
    {
        if (!File.Exists(Path))
        {
            return null;
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path) & ~Owner) != 0)
        {
            throw new CliException($"others can read {Path}: run chmod 600 on it, and change the credential if they may have");
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path), SessionJson.Default.SavedSession);
        }
        catch (JsonException)
        {
            throw new CliException($"{Path} is damaged: sign in again with `secronna auth login`, or remove it");
        }
    }

    public void Write(SavedSession session)
    {
        CreateFolder();
        var next = Path + ".next";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        File.Delete(next);
        using (var file = new FileStream(next, options))
        {
            JsonSerializer.Serialize(file, session, SessionJson.Default.SavedSession);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, Path, overwrite: true);
    }

    /// <summary>Whether there was one.</summary>
    public bool Delete()
    {
        var existed = File.Exists(Path);
        File.Delete(Path);
        return existed;
    }

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        }
    }
}
