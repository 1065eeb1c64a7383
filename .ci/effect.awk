# Reads results/table.csv of the quickstart. For the U-Net, Dice stays within 0.02 of s = 0 up to s = 1000, while Ra falls: by at
# least 30 % at s = 100 and 1000 and 20 % at s = 10, each with p < 0.05 after Holm. From the start, s = 1000 gives empty masks.
NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
$1 == "unet" {
  dice = $column["dice_epidermis_mean"]; ra = $column["ra_vox_both_epidermis_mean"]
  p = $column["ra_vox_both_epidermis_p_adjusted"]
  if ($2 == "0") { first_dice = dice; first_ra = ra }
  else if ($2 ~ /^1000?$|^10$/) {
    seen++
    good = dice >= first_dice - 0.02 && ra <= ($2 == "10" ? 0.8 : 0.7) * first_ra && p != "" && p < 0.05
    printf "s = %s: Dice %+.3f, Ra %+.0f %%, p %.4f%s\n", $2, dice - first_dice, 100 * (ra / first_ra - 1), p, good ? "" : ": the effect does not show"
    failed += !good
  }
  else if ($2 == "1000 from the start") { seen++; failed += dice > 0.5; print $2 ": Dice " dice }
}
END { exit seen != 4 || failed }
