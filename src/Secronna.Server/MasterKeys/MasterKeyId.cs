namespace Secronna.Server.MasterKeys;

/// <summary>The ids of master keys that are kept in a file, in the environment or in a PKCS#11 token.</summary>
internal static class MasterKeyId
{
    private const int MaxLength = 64;

    /// <summary>True if the text has 1 to 64 characters, each an ASCII letter or digit or one of <c>. _ -</c>.</summary>
    public static bool IsValid(string id) =>
        id.Length is > 0 and <= MaxLength && id.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');
}
