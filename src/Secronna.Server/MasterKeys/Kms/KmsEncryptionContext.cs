using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Kms;

/// <summary>
/// What AWS KMS authenticates beside its ciphertext (S6): the place of the key that was wrapped, and the box's header. KMS
/// writes it into its log; nothing of it is secret.
/// </summary>
internal static class KmsEncryptionContext
{
    /// <summary>The context of a binding; null if the binding names nothing that a box may be bound to.</summary>
    public static Dictionary<string, string>? Of(MasterKeyBinding binding)
    {
        if (string.IsNullOrEmpty(binding.MasterKeyId))
        {
            return null;
        }

        var context = new Dictionary<string, string>
        {
            ["purpose"] = binding.IsInstallationKey ? "secronna installation key" : "secronna kek",
            ["box"] = Convert.ToHexStringLower(ServiceKeyBox.Header(binding.MasterKeyId)),
            ["masterKey"] = binding.MasterKeyId,
        };
        return binding.IsInstallationKey || TryAddPlace(context, binding) ? context : null;
    }

    private static bool TryAddPlace(Dictionary<string, string> context, MasterKeyBinding binding)
    {
        (context["workspace"], context["project"], context["kek"]) = (binding.WorkspaceId!, binding.ProjectId!, binding.KekId!);
        return context.Values.All(id => !string.IsNullOrEmpty(id));
    }
}
