using System.Security.Cryptography;
using System.Text.Json;
using Secronna.Cli.Errors;
using Secronna.Cli.Files;

namespace Secronna.Cli.Fallback;

/// <summary>The file of a sealed copy. A write replaces the whole file, so that a reader never finds a part of it.</summary>
/// <param name="path">The file's path.</param>
/// <param name="credential">The API key or access key from which the file's key is derived.</param>
internal sealed class FallbackFile(string path, string credential)
{
    // The largest answer of a reveal with every character escaped in JSON, and room for the keys.
    private const int MostBytes = 8 * Secronna.Protocol.Limits.RevealBytes;

    public string Path => path;

    /// <summary>Reads the copy; <c>null</c> where there is no file, or this credential does not open it.</summary>
    /// <exception cref="CliException">The file is not a sealed copy.</exception>
    public FallbackCopy? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).Length is > MostBytes or 0 || File.ReadAllBytes(path) is var box && !FallbackBox.IsOne(box))
        {
            throw new CliException($"{path} is not a fallback copy, and is left unchanged: name another file");
        }

        var plaintext = FallbackBox.Open(credential, box);
        try
        {
            return plaintext is null ? null : JsonSerializer.Deserialize(plaintext, FallbackJson.Default.FallbackCopy);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    /// <summary>Deletes the file.</summary>
    public void Delete() => File.Delete(path);

    /// <summary>Replaces the copy.</summary>
    public void Write(FallbackCopy copy)
    {
        var plaintext = JsonSerializer.SerializeToUtf8Bytes(copy, FallbackJson.Default.FallbackCopy);
        try
        {
            PrivateFile.Replace(path, FallbackBox.Seal(credential, plaintext));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }
}
