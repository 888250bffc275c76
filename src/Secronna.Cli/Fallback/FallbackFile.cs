using System.Security.Cryptography;
using System.Text.Json;

namespace Secronna.Cli.Fallback;

/// <summary>The file of a copy. It is replaced as a whole, so that who reads it never finds half of it.</summary>
/// <param name="path">Where it is.</param>
/// <param name="credential">The API key or access key that its key is derived from.</param>
internal sealed class CopyFile(string path, string credential)
{
    // The largest reveal, with every character of its values escaped, and room for the keys.
    private const int MostBytes = 8 * Secronna.Protocol.Limits.RevealBytes;

    public string Path => path;

    /// <summary>The copy; null where there is none, or none that this credential opens.</summary>
    /// <exception cref="CliException">The file is something else.</exception>
    public SecretsCopy? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).Length is > MostBytes or 0 || File.ReadAllBytes(path) is var box && !CopyBox.IsOne(box))
        {
            throw new CliException($"{path} is no copy of secrets, and is left as it is: name another file");
        }

        var plaintext = CopyBox.Open(credential, box);
        try
        {
            return plaintext is null ? null : JsonSerializer.Deserialize(plaintext, CopyJson.Default.SecretsCopy);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>Removes the copy.</summary>
    public void Delete() => File.Delete(path);

    /// <summary>Puts a copy in the place of the one before.</summary>
    public void Write(SecretsCopy copy)
    {
        var plaintext = JsonSerializer.SerializeToUtf8Bytes(copy, CopyJson.Default.SecretsCopy);
        try
        {
            PrivateFile.Replace(path, CopyBox.Seal(credential, plaintext));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }
}
